//! `${…}` in names and levels: properties of the file, `env:` and `sys:`, with `:-` before a default.

use std::collections::BTreeMap;

/// How often a text may name a variable, those within variables counted.
const LOOKUPS_MAX: usize = 64;
/// No name and no level is longer.
const LENGTH_MAX: usize = 1024;

/// Where variables come from.
pub(super) struct Variables<'a> {
    /// Of the file.
    pub(super) properties: BTreeMap<String, String>,
    /// Java's system properties.
    pub(super) system: &'a BTreeMap<String, String>,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Variables<'_> {
    /// The text with its variables replaced; `None` where one is unknown, or they do not end.
    pub(super) fn resolve(&self, text: &str) -> Option<String> {
        self.replace(text, &mut { LOOKUPS_MAX })
    }

    fn replace(&self, text: &str, left: &mut usize) -> Option<String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, from)) = rest.split_once("${") {
            let end = closing_brace(from)?;
            *left = left.checked_sub(1)?;
            out.push_str(before);
            out.push_str(&self.value(&from[..end], left)?);
            rest = &from[end + 1..];
            if out.len() > LENGTH_MAX {
                return None;
            }
        }
        out.push_str(rest);
        (out.len() <= LENGTH_MAX).then_some(out)
    }

    /// What `${variable}` stands for.
    fn value(&self, variable: &str, left: &mut usize) -> Option<String> {
        let (name, default) = match variable.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (variable, None),
        };
        match self.find(name).as_deref().or(default) {
            Some(value) => self.replace(value, left),
            None => None,
        }
    }

    fn find(&self, name: &str) -> Option<String> {
        if let Some(name) = name.strip_prefix("env:") {
            return (self.environment)(name);
        }
        if let Some(name) = name.strip_prefix("sys:") {
            return self.system.get(name).cloned();
        }
        self.properties.get(name).or_else(|| self.system.get(name)).cloned()
    }
}

/// Where the brace closes that was opened before `text`.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 1 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_or_unknown() {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<BTreeMap<_, _>>()
        };
        let bomb = "${b}".repeat(30);
        let properties = map(&[
            ("lv", "warn"),
            ("via", "${lv}"),
            ("me", "x${me}"),
            ("a", &bomb),
            ("b", &bomb.replace('b', "c")),
            ("c", ""),
        ]);
        let system = map(&[("s", "INFO"), ("lv", "OFF")]);
        let environment = |name: &str| (name == "E").then(|| "DEBUG".to_owned());
        let variables = Variables { properties, system: &system, environment: &environment };
        for (text, want) in [
            ("INFO", Some("INFO")),
            ("${lv}", Some("warn")), // the file before the system
            ("x${via}y${s}", Some("xwarnyINFO")),
            ("${env:E}${sys:s}", Some("DEBUGINFO")),
            ("${env:NO:-${lv}}", Some("warn")),
            ("${env:NO:-}", Some("")),
            ("${env:NO}", None),
            ("${no}", None),
            ("${jndi:ldap://h/x}", None),
            ("${lv", None),
            ("${me}", None), // no end
            ("${a}", None),  // too many
        ] {
            assert_eq!(variables.resolve(text).as_deref(), want, "{text}");
        }
    }
}
