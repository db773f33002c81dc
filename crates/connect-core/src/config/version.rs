//! Plugin versions and ranges of them, as `connector.plugin.version` gives them.
//! Source: Apache Maven, `VersionRange` and `ComparableVersion`, by way of Kafka's `PluginUtils`.

use std::cmp::Ordering;

use connect_config::{ConfigException, Parsed, Validator};

/// The class of the error for a malformed range; a subclass of `ConfigException`.
pub const VERSION_ERROR_CLASS: &str = "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException";

/// Which versions will do: one or more intervals, in rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    intervals: Vec<Interval>,
}

/// `None` is no bound.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Interval {
    lower: Option<String>,
    lower_included: bool,
    upper: Option<String>,
    upper_included: bool,
}

impl VersionRange {
    /// Reads a version requirement: nothing or `latest` is `None`, `1.0` means exactly that version, everything else is
    /// a Maven range such as `[1.0,2.0)`.
    /// # Errors
    /// The range is malformed.
    pub fn requirement(text: Option<&str>) -> Result<Option<Self>, ConfigException> {
        let Some(text) = text.filter(|text| *text != "latest") else { return Ok(None) };
        let text = text.trim();
        let exactly = !text.starts_with(['[', '(']);
        Self::parse(&if exactly { format!("[{text}]") } else { text.to_owned() }).map(Some)
    }

    fn parse(spec: &str) -> Result<Self, ConfigException> {
        let (mut rest, mut intervals) = (spec, Vec::<Interval>::new());
        while rest.starts_with(['[', '(']) {
            let end = rest.find([')', ']']).ok_or_else(|| malformed("Unbounded range", spec))?;
            let interval = Interval::parse(&rest[..=end])?;
            if intervals.last().is_some_and(|last| interval.overlaps(last)) {
                return Err(malformed("Ranges overlap", spec));
            }
            intervals.push(interval);
            rest = rest[end + 1..].trim();
            rest = rest.strip_prefix(',').map_or(rest, str::trim);
        }
        if !rest.is_empty() {
            return Err(malformed("Only fully-qualified sets allowed in multiple set scenario", spec));
        }
        Ok(Self { intervals })
    }

    pub fn contains(&self, version: &str) -> bool {
        self.intervals.iter().any(|interval| interval.contains(version))
    }
}

impl std::fmt::Display for VersionRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, interval) in self.intervals.iter().enumerate() {
            let (lower, upper) = (interval.lower.as_deref().unwrap_or(""), interval.upper.as_deref().unwrap_or(""));
            let (open, close) = (interval.lower_included, interval.upper_included);
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{}{lower},{upper}{}", if open { '[' } else { '(' }, if close { ']' } else { ')' })?;
        }
        Ok(())
    }
}

impl Interval {
    /// `spec` begins and ends with a bracket.
    fn parse(spec: &str) -> Result<Self, ConfigException> {
        let (lower_included, upper_included) = (spec.starts_with('['), spec.ends_with(']'));
        let inner = spec[1..spec.len() - 1].trim();
        let bound = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let Some((lower, upper)) = inner.split_once(',') else {
            if !lower_included || !upper_included {
                return Err(malformed("Single version must be surrounded by []", spec));
            }
            return Ok(Self { lower: bound(inner), lower_included, upper: bound(inner), upper_included });
        };
        let interval = Self { lower: bound(lower), lower_included, upper: bound(upper), upper_included };
        if interval.is_backwards() { Err(malformed("Range defies version ordering", spec)) } else { Ok(interval) }
    }

    fn is_backwards(&self) -> bool {
        let (Some(lower), Some(upper)) = (&self.lower, &self.upper) else { return false };
        match compare_versions(upper, lower) {
            Ordering::Less => true,
            Ordering::Equal => !(self.lower_included && self.upper_included),
            Ordering::Greater => false,
        }
    }

    fn overlaps(&self, earlier: &Self) -> bool {
        let Some(upper) = &earlier.upper else { return false };
        self.lower.as_deref().is_none_or(|lower| compare_versions(lower, upper) == Ordering::Less)
    }

    fn contains(&self, version: &str) -> bool {
        let above = self.lower.as_deref().is_none_or(|lower| match compare_versions(version, lower) {
            Ordering::Greater => true,
            Ordering::Equal => self.lower_included,
            Ordering::Less => false,
        });
        let below = self.upper.as_deref().is_none_or(|upper| match compare_versions(version, upper) {
            Ordering::Less => true,
            Ordering::Equal => self.upper_included,
            Ordering::Greater => false,
        });
        above && below
    }
}

fn malformed(what: &str, spec: &str) -> ConfigException {
    ConfigException::new(format!("{what}: {spec}")).with_java_class(VERSION_ERROR_CLASS)
}

/// One part of a version; the order of the variants is that of the versions: `1-alpha < 1 < 1-sp < 1-foo < 1.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Known(u8),
    Other(String),
    Number(u128),
}

/// What is missing at a version's end.
const RELEASE: Part = Part::Known(5);

/// Orders versions: numbers as numbers, `alpha < beta < milestone < rc < snapshot < release < sp`.
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let (a, b) = (parts(a), parts(b));
    let at = |parts: &[Part], index: usize| parts.get(index).cloned().unwrap_or(RELEASE);
    (0..a.len().max(b.len()))
        .map(|index| at(&a, index).cmp(&at(&b, index)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn parts(version: &str) -> Vec<Part> {
    let mut tokens = vec![String::new()];
    let mut previous: Option<char> = None;
    for c in version.to_lowercase().chars() {
        let separator = matches!(c, '.' | '-' | '_');
        let turns = previous.is_some_and(|p| p.is_ascii_digit() != c.is_ascii_digit());
        if separator || turns {
            tokens.push(String::new());
        }
        if !separator && let Some(token) = tokens.last_mut() {
            token.push(c);
        }
        previous = Some(c).filter(|_| !separator);
    }
    let mut parts = Vec::new();
    for part in tokens.iter().filter(|token| !token.is_empty()).map(|token| part(token)) {
        // `1.0-rc` is `1-rc`: zeros before a word count as little as those at the end.
        if !matches!(part, Part::Number(_)) {
            trim_end(&mut parts);
        }
        parts.push(part);
    }
    trim_end(&mut parts);
    parts
}

fn trim_end(parts: &mut Vec<Part>) {
    while parts.last().is_some_and(|part| *part == Part::Number(0) || *part == RELEASE) {
        parts.pop();
    }
}

fn part(token: &str) -> Part {
    if token.bytes().all(|byte| byte.is_ascii_digit()) {
        return Part::Number(token.parse().unwrap_or(u128::MAX));
    }
    match token {
        "alpha" | "a" => Part::Known(0),
        "beta" | "b" => Part::Known(1),
        "milestone" | "m" => Part::Known(2),
        "rc" | "cr" => Part::Known(3),
        "snapshot" => Part::Known(4),
        "ga" | "final" | "release" => RELEASE,
        "sp" => Part::Known(6),
        other => Part::Other(other.to_owned()),
    }
}

/// A version requirement, or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginVersionValidator;

impl Validator for PluginVersionValidator {
    fn ensure_valid(&self, _name: &str, value: &Parsed) -> Result<(), ConfigException> {
        VersionRange::requirement(value.as_str()).map(drop)
    }

    /// Java prints the object itself, with its identity hash; this is the part that means something.
    fn describe(&self) -> String {
        "a version, or a range of versions such as [1.0,2.0)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        for (text, want) in [
            ("latest", Ok(None)),
            ("1.0", Ok(Some("[1.0,1.0]"))),
            (" [1.0,2.0) ", Ok(Some("[1.0,2.0)"))),
            ("[1,2),[2,4]", Ok(Some("[1,2),[2,4]"))),
            ("", Ok(Some("[,]"))),
            ("[1.0", Err("Unbounded range: [1.0")),
            ("(1.0]", Err("Single version must be surrounded by []: (1.0]")),
            ("[2,1]", Err("Range defies version ordering: [2,1]")),
            ("[1,1)", Err("Range defies version ordering: [1,1)")),
            ("(,1],[0.5,2]", Err("Ranges overlap: (,1],[0.5,2]")),
            ("[1,2]x", Err("Only fully-qualified sets allowed in multiple set scenario: [1,2]x")),
        ] {
            let ours = VersionRange::requirement(Some(text)).map(|range| range.map(|range| range.to_string()));
            let want = want.map(|range| range.map(str::to_owned)).map_err(str::to_owned);
            assert_eq!(ours.map_err(|error| error.message().to_owned()), want, "{text}");
        }
    }

    #[test]
    fn versions_in_order() {
        let rising =
            ["0.9", "1-alpha1", "1.0-beta", "1-rc2", "1-snapshot", "1.0", "1-sp", "1-foo", "1.0.1", "1.10", "2"];
        for pair in rising.windows(2) {
            assert_eq!(compare_versions(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare_versions("1.0.0-final", "1"), Ordering::Equal);
        let range = VersionRange::requirement(Some("[4.3,5)")).expect("valid").expect("a range");
        assert!(range.contains("4.3.1") && range.contains("4.3") && !range.contains("5.0") && !range.contains("4.2.9"));
    }
}
