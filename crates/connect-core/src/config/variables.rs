//! Variables in values, `${provider:path:key}` or `${provider:key}`, and the providers that know what they stand for.
//! ```text
//! value ─▶ variables ─▶ by provider and path ─▶ ConfigProvider::get, once a path ─▶ value with them replaced
//! ```
//! A variable that nobody knows stays as it is. What replaces one is not looked at again.
//! Source: Apache Kafka, `ConfigTransformer`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connect_api::ConfigProvider;
use connect_config::{ConfigException, Props};

/// The providers of `config.providers`, by name. Asking them may block.
#[derive(Default)]
pub struct ConfigProviders(BTreeMap<String, Box<dyn ConfigProvider>>);

/// A configuration without variables, as far as they are known. Its values are secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    pub props: Props,
    /// The time after which a value is to be asked for again: the shortest.
    pub ttl: Option<Duration>,
    /// Of each path that has one.
    pub ttls: BTreeMap<String, Duration>,
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
        let mut resolved = Resolved { props: Props::new(), ttl: None, ttls: BTreeMap::new() };
        let known = self.look_up(props, &mut resolved.ttls)?;
        for (key, value) in props.iter() {
            resolved.props.insert_nullable(key, value.map(|value| replaced(value, &known)));
        }
        resolved.ttl = resolved.ttls.values().min().copied();
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

fn replaced(text: &str, known: &Known) -> String {
    let (mut result, mut from) = (String::with_capacity(text.len()), 0);
    for variable in variables(text) {
        let values = known.get(&(variable.provider.to_owned(), variable.path.to_owned()));
        let Some(value) = values.and_then(|values| values.get(variable.key)) else { continue };
        result.push_str(&text[from..variable.start]);
        result.push_str(value);
        from = variable.end;
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
        assert_eq!((resolved.ttl, resolved.ttls.len()), (Some(Duration::from_secs(5)), 2));
        assert_eq!(providers.resolve(&Props::from([("3", "${c:r:k}")])).unwrap().ttl, None);
    }
}
