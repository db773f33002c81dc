//! What `PUT /connector-plugins/{plugin}/config/validate` says about each key.

use indexmap::IndexMap;

use crate::{
    AnyClass, ClassResolver, ConfigDef, ConfigException, ConfigKey, Parsed, ParsedConfig, Props, parse_type_with,
};

/// One key's value and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigValue {
    pub name: String,
    /// The parsed value; null if it is unset or could not be parsed. One that a validator refused is here.
    pub value: Parsed,
    pub recommended_values: Vec<Parsed>,
    pub errors: Vec<String>,
    pub visible: bool,
}

impl ConfigValue {
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Parsed::Null,
            recommended_values: Vec::new(),
            errors: Vec::new(),
            visible: true,
        }
    }

    pub fn add_error(&mut self, error: impl Into<String>) {
        self.errors.push(error.into());
    }
}

impl ConfigDef {
    /// Says of every defined key what its value is and what is wrong, in the order of definition.
    /// Never fails; all errors are in the answer.
    /// Source: Apache Kafka, `ConfigDef.validate`.
    pub fn validate(&self, props: &Props) -> Vec<ConfigValue> {
        self.validate_with(props, &AnyClass)
    }

    /// As [`validate`](Self::validate), with `classes` saying which classes exist.
    pub fn validate_with(&self, props: &Props, classes: &dyn ClassResolver) -> Vec<ConfigValue> {
        let mut values: IndexMap<String, ConfigValue> =
            self.keys().map(|key| (key.name.clone(), ConfigValue::new(&key.name))).collect();
        values.extend(self.undefined_dependents().into_iter().map(|name| (name.to_owned(), undefined(name))));
        let visits = self.visits();
        let mut parsed = ParsedConfig::new(IndexMap::new(), props.clone());
        for key in &visits {
            if let Some(value) = values.get_mut(&key.name) {
                parse_into(key, props, classes, value);
                parsed.set(&key.name, value.value.clone());
            }
        }
        for key in &visits {
            if let Some(value) = values.get_mut(&key.name) {
                recommend(key, &parsed, value);
            }
        }
        values.into_values().collect()
    }

    /// The keys in the order of the walk: from each key that depends on no other down to its dependents. A key that
    /// depends on two is met twice, and so are its errors.
    fn visits(&self) -> Vec<&ConfigKey> {
        let dependents: Vec<&str> = self.keys().flat_map(|key| &key.dependents).map(String::as_str).collect();
        let mut visits = Vec::new();
        for root in self.keys().filter(|key| !dependents.contains(&key.name.as_str())) {
            self.visit(root, &mut Vec::new(), &mut visits);
        }
        visits
    }

    fn visit<'a>(&'a self, key: &'a ConfigKey, path: &mut Vec<&'a str>, visits: &mut Vec<&'a ConfigKey>) {
        // A circle of dependents ends where it began.
        if path.contains(&key.name.as_str()) {
            return;
        }
        visits.push(key);
        path.push(&key.name);
        for dependent in key.dependents.iter().filter_map(|name| self.get(name)) {
            self.visit(dependent, path, visits);
        }
        path.pop();
    }
}

fn undefined(name: &str) -> ConfigValue {
    let mut value = ConfigValue::new(name);
    value.add_error(format!("{name} is referred in the dependents, but not defined."));
    value.visible = false;
    value
}

/// Unlike `parse`, a value that is missing or malformed is null, and the validator has its say about that too.
fn parse_into(key: &ConfigKey, props: &Props, classes: &dyn ClassResolver, into: &mut ConfigValue) {
    let parsed = match (props.entry(&key.name), &key.default) {
        (Some(given), _) => parse_type_with(&key.name, given, key.ty, classes),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(ConfigException::missing(&key.name)),
    };
    into.value = parsed.unwrap_or_else(|error| {
        into.add_error(error.message());
        Parsed::Null
    });
    if let Some(Err(error)) = key.validator.as_ref().map(|validator| validator.ensure_valid(&key.name, &into.value)) {
        into.add_error(error.message());
    }
}

fn recommend(key: &ConfigKey, parsed: &ParsedConfig, into: &mut ConfigValue) {
    let Some(recommender) = &key.recommender else { return };
    let mut values = recommender.valid_values(&key.name, parsed);
    if !into.recommended_values.is_empty() {
        values.retain(|value| into.recommended_values.contains(value));
    }
    into.recommended_values = values;
    into.visible = recommender.visible(&key.name, parsed);
}
