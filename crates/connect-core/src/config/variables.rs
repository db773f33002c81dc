//! Variables in values, `${provider:path:key}` or `${provider:key}`, and the providers that know what they stand for.
//! ```text
//! value ─▶ variables ─▶ by provider and path ─▶ ConfigProvider::get, once a path ─▶ value with them replaced
//! ```
//! A variable that nobody knows stays as it is. What replaces one is not looked at again.
//! Source: Apache Kafka, `ConfigTransformer`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use connect_api::ConfigProvider;
use connect_config::{ConfigException, Props};

/// The providers of `config.providers`, by name. Asking them may block.
#[derive(Default)]
pub struct ConfigProviders(BTreeMap<String, Box<dyn ConfigProvider>>);

/// A configuration without variables, as far as they are known.
#[derive(Clone, Default, PartialEq)]
pub struct Resolved {
    pub props: Props,
    /// After how long values are to be asked for again, of each path that says so.
    pub ttls: BTreeMap<String, Duration>,
    /// What stands for variables now, and the variables: the longest first.
    secrets: Vec<(String, String)>,
}

impl Resolved {
    /// A configuration that needs nobody's help.
    pub fn plain(props: Props) -> Self {
        Self { props, ..Self::default() }
    }

    /// The time after which the first value is to be asked for again.
    pub fn ttl(&self) -> Option<Duration> {
        self.ttls.values().min().copied()
    }

    /// A text in which variables stand for their values, as the user has written them. For everything that is shown.
    pub fn conceal(&self, text: &str) -> String {
        let secrets = self.secrets.iter().filter(|(value, _)| text.contains(value));
        secrets.fold(text.to_owned(), |text, (value, variable)| text.replace(value, variable))
    }
}

/// Whether a value has something that looks like a variable.
pub fn has_variables(props: &Props) -> bool {
    props.iter().filter_map(|(_, value)| value).any(|value| variables(value).next().is_some())
}

/// Gives a task's configuration the connector's variables back: what is stored and shown has no secrets.
/// Source: Apache Kafka, `AbstractHerder.reverseTransform`.
pub fn restore_variables(connector: &Props, task: &mut Props) {
    for (key, value) in connector.iter() {
        if let Some(value) = value.filter(|value| variables(value).next().is_some())
            && task.contains_key(key)
        {
            task.insert(key, value);
        }
    }
}

/// Keys only.
impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolved").field("props", &self.props).field("ttls", &self.ttls).finish_non_exhaustive()
    }
}

impl ConfigProviders {
    /// Adds one that is configured.
    pub fn add(&mut self, name: impl Into<String>, provider: Box<dyn ConfigProvider>) {
        self.0.insert(name.into(), provider);
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Replaces the variables in all values.
    /// # Errors
    /// A provider cannot read what is asked of it.
    pub fn resolve(&self, props: &Props) -> Result<Resolved, ConfigException> {
        let mut resolved = Resolved::default();
        let known = self.look_up(props, &mut resolved.ttls)?;
        for (key, value) in props.iter() {
            let value = value.map(|value| replaced(value, &known, &mut resolved.secrets));
            resolved.props.insert_nullable(key, value);
        }
        resolved.secrets.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        resolved.secrets.dedup();
        Ok(resolved)
    }

    fn look_up(&self, props: &Props, ttls: &mut BTreeMap<String, Duration>) -> Result<Known, ConfigException> {
        let mut wanted: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
        for variable in props.iter().filter_map(|(_, value)| value).flat_map(variables) {
            wanted.entry((variable.provider, variable.path)).or_default().insert(variable.key.to_owned());
        }
        let mut known = Known::new();
        for ((name, path), keys) in wanted {
            let Some(provider) = self.0.get(name) else { continue };
            let data = provider.get(path, Some(&keys))?;
            if let Some(ttl) = data.ttl {
                ttls.insert(path.to_owned(), ttl);
            }
            known.insert((name.to_owned(), path.to_owned()), data.values);
        }
        Ok(known)
    }
}

/// By provider and path: keys and their values.
type Known = BTreeMap<(String, String), BTreeMap<String, String>>;

/// One variable, and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Variable<'a> {
    start: usize,
    end: usize,
    provider: &'a str,
    /// Empty if there is none.
    path: &'a str,
    key: &'a str,
}

/// As Java's pattern finds them: `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}`.
fn variables(text: &str) -> impl Iterator<Item = Variable<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + text[at..].find("${")?;
            let inside = start + 2;
            let end = inside + text[inside..].find('}')?;
            at = end + 1;
            // Without a colon there is none further inside either.
            let Some((provider, rest)) = text[inside..end].split_once(':') else { continue };
            let (path, key) = rest.split_once(':').unwrap_or(("", rest));
            return Some(Variable { start, end: end + 1, provider, path, key });
        }
    })
}

fn replaced(text: &str, known: &Known, secrets: &mut Vec<(String, String)>) -> String {
    let (mut result, mut from) = (String::with_capacity(text.len()), 0);
    for variable in variables(text) {
        let values = known.get(&(variable.provider.to_owned(), variable.path.to_owned()));
        let Some(value) = values.and_then(|values| values.get(variable.key)) else { continue };
        result.push_str(&text[from..variable.start]);
        result.push_str(value);
        from = variable.end;
        if !value.is_empty() {
            secrets.push((value.clone(), text[variable.start..variable.end].to_owned()));
        }
    }
    result.push_str(&text[from..]);
    result
}

#[cfg(test)]
mod tests {
    use connect_api::ConfigData;

    use super::*;

    /// Answers with the path and the key.
    struct Echo(Option<Duration>);

    impl ConfigProvider for Echo {
        fn configure(&mut self, _: &Props) -> Result<(), ConfigException> {
            Ok(())
        }

        fn get(&self, path: &str, keys: Option<&BTreeSet<String>>) -> Result<ConfigData, ConfigException> {
            let known = keys.into_iter().flatten().filter(|key| *key != "unknown");
            let values = known.map(|key| (key.clone(), format!("<{path}|{key}>"))).collect();
            Ok(ConfigData { values, ttl: self.0 })
        }
    }

    #[test]
    fn variables_are_replaced_once() {
        let mut providers = ConfigProviders::default();
        providers.add("a", Box::new(Echo(None)));
        for (text, want) in [
            ("plain", "plain"),
            ("${a:p:k}", "<p|k>"),
            ("${a:k}", "<|k>"),
            ("${a::k}", "<|k>"),
            ("${a:p:k:l}", "<p|k:l>"),
            ("x${a:k}y${a:p:k}z", "x<|k>y<p|k>z"),
            ("$${a:k}}", "$<|k>}"),
            ("${a:unknown}${b:k}${a:k}", "${a:unknown}${b:k}<|k>"),
            ("${}${a}${a:k", "${}${a}${a:k"),
            ("${a}${a:k}", "${a}<|k>"),
            ("${${a:k}", "${${a:k}"),
            ("${a:${a:k}}", "<${a|k>}"),
            ("${a:\n}", "<|\n>"),
            ("é${a:ü}é", "é<|ü>é"),
        ] {
            let resolved = providers.resolve(&Props::from([("key", text)])).unwrap();
            assert_eq!(resolved.props.get("key"), Some(want), "{text}");
        }
    }

    #[test]
    fn the_shortest_time_to_live_counts() {
        let mut providers = ConfigProviders::default();
        for (name, seconds) in [("a", Some(7)), ("b", Some(5)), ("c", None)] {
            providers.add(name, Box::new(Echo(seconds.map(Duration::from_secs))));
        }
        let props = Props::from([("1", "${a:p:k}"), ("2", "${b:q:k}"), ("3", "${c:r:k}")]);
        let resolved = providers.resolve(&props).unwrap();
        assert_eq!((resolved.ttl(), resolved.ttls.len()), (Some(Duration::from_secs(5)), 2));
        assert_eq!(providers.resolve(&Props::from([("3", "${c:r:k}")])).unwrap().ttl(), None);
    }

    #[test]
    fn what_is_shown_has_variables_in_place_of_their_values() {
        let mut providers = ConfigProviders::default();
        providers.add("a", Box::new(Echo(None)));
        let raw = Props::from([("user", "${a:p:k}"), ("password", "x${a:p:kk}"), ("open", "o")]);
        let resolved = providers.resolve(&raw).unwrap();
        let told = "Invalid value x<p|kk> for user <p|k> (o)";
        assert_eq!(resolved.conceal(told), "Invalid value x${a:p:kk} for user ${a:p:k} (o)");
        assert!(!format!("{resolved:?}").contains("<p|k>"));
        let mut task = resolved.props.clone();
        task.insert("own", "<p|k>");
        task.remove("user");
        restore_variables(&raw, &mut task);
        assert_eq!(task, Props::from([("password", "x${a:p:kk}"), ("open", "o"), ("own", "<p|k>")]));
    }
}
