//! The keys that a component understands, in the order of their definition.

use indexmap::{IndexMap, IndexSet};

use crate::{
    AnyClass, ClassResolver, ConfigErrors, ConfigException, ConfigKey, Parsed, ParsedConfig, Props, parse_type_with,
};

/// The declaration of a configuration.
///
/// The same key defined twice is one key, declared by the later definition at the earlier one's place.
#[derive(Debug, Clone, Default)]
pub struct ConfigDef {
    keys: IndexMap<String, ConfigKey>,
}

impl ConfigDef {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn define(mut self, key: ConfigKey) -> Self {
        self.insert(key);
        self
    }

    pub fn insert(&mut self, key: ConfigKey) {
        self.keys.insert(key.name.clone(), key);
    }

    pub fn get(&self, name: &str) -> Option<&ConfigKey> {
        self.keys.get(name)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut ConfigKey> {
        self.keys.get_mut(name)
    }

    pub fn contains(&self, name: &str) -> bool {
        self.keys.contains_key(name)
    }

    /// In the order of definition.
    pub fn keys(&self) -> impl Iterator<Item = &ConfigKey> {
        self.keys.values()
    }

    /// The groups in the order in which keys first name them.
    pub fn groups(&self) -> IndexSet<&str> {
        self.keys().filter_map(|key| key.group.as_deref()).collect()
    }

    /// Reads every defined key; keys that are not defined are kept as originals.
    /// Source: Apache Kafka, `ConfigDef.parse`.
    /// # Errors
    /// The first that Java would have raised.
    pub fn parse(&self, props: &Props) -> Result<ParsedConfig, ConfigException> {
        self.parse_with(props, &AnyClass)
    }

    /// As [`parse`](Self::parse), with `classes` saying which classes exist.
    /// # Errors
    /// The first that Java would have raised.
    pub fn parse_with(&self, props: &Props, classes: &dyn ClassResolver) -> Result<ParsedConfig, ConfigException> {
        self.check_dependents()?;
        let values = self.keys().map(|key| Ok((key.name.clone(), parse_key(key, props, classes)?)));
        Ok(ParsedConfig::new(values.collect::<Result<_, ConfigException>>()?, props.clone()))
    }

    /// As [`parse`](Self::parse), but says everything that is wrong.
    /// # Errors
    /// One for each key that is missing or wrong, in the order of definition.
    pub fn parse_all(&self, props: &Props) -> Result<ParsedConfig, ConfigErrors> {
        self.parse_all_with(props, &AnyClass)
    }

    /// As [`parse_all`](Self::parse_all), with `classes` saying which classes exist.
    /// # Errors
    /// One for each key that is missing or wrong, in the order of definition.
    pub fn parse_all_with(&self, props: &Props, classes: &dyn ClassResolver) -> Result<ParsedConfig, ConfigErrors> {
        self.check_dependents()?;
        let (mut values, mut errors) = (IndexMap::new(), Vec::new());
        for key in self.keys() {
            match parse_key(key, props, classes) {
                Ok(value) => drop(values.insert(key.name.clone(), value)),
                Err(error) => errors.push(error),
            }
        }
        match ConfigErrors::from_vec(errors) {
            Some(errors) => Err(errors),
            None => Ok(ParsedConfig::new(values, props.clone())),
        }
    }

    /// What is wrong with the declaration itself: defaults of another type, or that the validator refuses. For tests.
    pub fn problems(&self) -> Vec<String> {
        let undefined = self.check_dependents().err().map(|error| error.to_string());
        undefined.into_iter().chain(self.keys().filter_map(default_problem)).collect()
    }

    /// Dependents that nobody defined, in order and once each.
    pub(crate) fn undefined_dependents(&self) -> Vec<&str> {
        let mut undefined: Vec<&str> = Vec::new();
        for name in self.keys().flat_map(|key| &key.dependents) {
            if !self.contains(name) && !undefined.contains(&name.as_str()) {
                undefined.push(name);
            }
        }
        undefined
    }

    fn check_dependents(&self) -> Result<(), ConfigException> {
        let undefined = self.undefined_dependents();
        if undefined.is_empty() {
            return Ok(());
        }
        Err(ConfigException::new(format!(
            "Some configurations in are referred in the dependents, but not defined: {}",
            undefined.join(",")
        )))
    }
}

fn parse_key(key: &ConfigKey, props: &Props, classes: &dyn ClassResolver) -> Result<Parsed, ConfigException> {
    let mut value = match (props.entry(&key.name), &key.default) {
        (Some(given), _) => parse_type_with(&key.name, given, key.ty, classes)?,
        (None, Some(default)) => default.clone(),
        (None, None) => return Err(ConfigException::missing(&key.name)),
    };
    if let Some(validator) = &key.validator {
        if let (Parsed::List(items), true) = (&mut value, validator.removes_duplicates()) {
            *items = std::mem::take(items).into_iter().collect::<IndexSet<_>>().into_iter().collect();
        }
        validator.ensure_valid(&key.name, &value)?;
    }
    Ok(value)
}

fn default_problem(key: &ConfigKey) -> Option<String> {
    let default = key.default.as_ref()?;
    if !default.is_null() && crate::ConfigType::of(default) != Some(key.ty) {
        return Some(format!("the default of {} is not a {}: {default:?}", key.name, key.ty));
    }
    key.validator.as_ref()?.ensure_valid(&key.name, default).err().map(|error| error.to_string())
}
