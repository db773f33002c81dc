//! One declaration inside another: the keys of `transforms.<alias>.`, each with its prefix.

use std::cmp::Ordering;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::{ConfigDef, ConfigException, ConfigKey, Parsed, ParsedConfig, Recommender, Validator};

impl ConfigDef {
    /// Adds the keys of `child`, each name behind `key_prefix`. Their groups become `<group_prefix>` or
    /// `<group_prefix>: <group>`, and they are numbered from `starting_order` in [`sorted`](Self::sorted) order.
    /// The errors of their validators name the key without the prefix.
    /// Source: Apache Kafka, `ConfigDef.embed`.
    pub fn embed(&mut self, key_prefix: &str, group_prefix: &str, starting_order: i32, child: &Self) {
        for (order, key) in (starting_order..).zip(child.sorted()) {
            let group = key.group.as_ref().map_or_else(String::new, |group| format!(": {group}"));
            self.insert(ConfigKey {
                name: format!("{key_prefix}{}", key.name),
                validator: key.validator.as_ref().map(|inner| embedded_validator(key_prefix, inner)),
                group: Some(format!("{group_prefix}{group}")),
                order_in_group: order,
                dependents: key.dependents.iter().map(|name| format!("{key_prefix}{name}")).collect(),
                recommender: key.recommender.as_ref().map(|inner| embedded_recommender(key_prefix, inner)),
                ..key.clone()
            });
        }
    }

    /// The keys for documentation: those without a group first, then group by group; inside a group by order, then
    /// required ones first, then by importance and name.
    pub fn sorted(&self) -> Vec<&ConfigKey> {
        let groups = self.groups();
        let place = |key: &ConfigKey| key.group.as_deref().map(|name| groups.get_index_of(name));
        let mut keys: Vec<&ConfigKey> = self.keys().collect();
        keys.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| in_group(a, b)));
        keys
    }
}

fn in_group(a: &ConfigKey, b: &ConfigKey) -> Ordering {
    let rank = |key: &ConfigKey| (key.order_in_group, !key.is_required(), key.importance as u8);
    rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name))
}

#[derive(Debug)]
struct Embedded<T: ?Sized> {
    prefix: String,
    inner: Arc<T>,
}

impl<T: ?Sized> Embedded<T> {
    fn own_name<'a>(&self, name: &'a str) -> &'a str {
        name.strip_prefix(&self.prefix).unwrap_or(name)
    }
}

fn embedded_validator(prefix: &str, inner: &Arc<dyn Validator>) -> Arc<dyn Validator> {
    Arc::new(Embedded { prefix: prefix.to_owned(), inner: Arc::clone(inner) })
}

impl Validator for Embedded<dyn Validator> {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        self.inner.ensure_valid(self.own_name(name), value)
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

fn embedded_recommender(prefix: &str, inner: &Arc<dyn Recommender>) -> Arc<dyn Recommender> {
    Arc::new(Embedded { prefix: prefix.to_owned(), inner: Arc::clone(inner) })
}

impl Recommender for Embedded<dyn Recommender> {
    fn valid_values(&self, name: &str, parsed: &ParsedConfig) -> Vec<Parsed> {
        self.inner.valid_values(self.own_name(name), &without_prefix(parsed, &self.prefix))
    }

    fn visible(&self, name: &str, parsed: &ParsedConfig) -> bool {
        self.inner.visible(self.own_name(name), &without_prefix(parsed, &self.prefix))
    }
}

/// What the inner recommender knows: its own keys only, without the prefix.
fn without_prefix(parsed: &ParsedConfig, prefix: &str) -> ParsedConfig {
    let values: IndexMap<String, Parsed> = parsed
        .values()
        .filter_map(|(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.clone())))
        .collect();
    ParsedConfig::new(values, parsed.originals_with_prefix(prefix))
}
