//! `ReplaceField`: leaves fields out and renames others.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::java::hash_map_order;
use connect_api::{ConnectError, ConnectRecord, Map, Schema, Value};
use connect_config::validators::{Lambda, ValidList};
use connect_config::{ConfigDef, ConfigException, Importance, Parsed, Props};

use crate::Configured;
use crate::carry::{Carry, struct_like};
use crate::config::{PAIRS, invalid_pair, list, parse, raised, replace_null_with_default, replaces_null, split_pair};
use crate::recent::Recent;
use crate::requirements::{key_text, map_mut, structure};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "field replacement";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let names = || ValidList::any_non_duplicate_values(true, false);
    let none = || Parsed::List(Vec::new());
    ConfigDef::new()
        .define(
            list("exclude", Importance::Medium, "The fields to leave out, even if include names them.")
                .default(none())
                .validator(names()),
        )
        .define(
            list("include", Importance::Medium, "The fields to keep; where it is empty, all are kept.")
                .default(none())
                .validator(names()),
        )
        .define(
            list("renames", Importance::Medium, "New names of fields, as old:new.")
                .default(none())
                .validator(Lambda::new(PAIRS, |_, value| renames(value).map(drop))),
        )
        .define(replace_null_with_default())
});

/// Old and new names; of an old name that comes twice the last counts.
fn renames(value: &Parsed) -> Result<Vec<(String, String)>, ConfigException> {
    let null = || ConfigException::new("renames is null").with_java_class("java.lang.NullPointerException");
    let mut renames: Vec<(String, String)> = Vec::new();
    for pair in value.as_list().ok_or_else(null)? {
        let [old, new] = split_pair(pair)[..] else { return Err(invalid_pair(value, pair)) };
        match renames.iter_mut().find(|(known, _)| known == old) {
            Some((_, slot)) => *slot = new.to_owned(),
            None => renames.push((old.to_owned(), new.to_owned())),
        }
    }
    Ok(renames)
}

pub(crate) struct ReplaceField {
    names: Names,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

/// Which fields stay, and their names before and after.
struct Names {
    exclude: Vec<String>,
    include: Vec<String>,
    renames: HashMap<String, ByteString>,
    /// New names to old ones. Of old names with the same new one the last in Java's order counts.
    reversed: HashMap<String, String>,
}

impl Names {
    fn keeps(&self, name: &str) -> bool {
        let listed = |names: &[String]| names.iter().any(|listed| listed == name);
        !listed(&self.exclude) && (self.include.is_empty() || listed(&self.include))
    }

    fn new_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.renames.get(name).map_or(name, |new| new)
    }

    fn old_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.reversed.get(name).map_or(name, String::as_str)
    }
}

impl Configured for ReplaceField {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let list = |key| parsed.list(key).unwrap_or_default().to_vec();
        let renames = renames(parsed.get("renames").unwrap_or(&Parsed::Null)).map_err(raised)?;
        let old_names: Vec<&str> = renames.iter().map(|(old, _)| old.as_str()).collect();
        let in_java_order = hash_map_order(&old_names).into_iter().map(|at| &renames[at]);
        let reversed = in_java_order.map(|(old, new)| (new.clone(), old.clone())).collect();
        let renames = renames.into_iter().map(|(old, new)| (old, new.into())).collect();
        let names = Names { exclude: list("exclude"), include: list("include"), renames, reversed };
        Ok(Self { names, replace_null: replaces_null(&parsed)?, plans: Recent::default() })
    }
}

impl HalfTransformation for ReplaceField {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (schema, value) = side.of(record);
        if value.is_null() {
            return Ok(());
        }
        if schema.is_none() {
            return self.names.replace(map_mut(value, PURPOSE)?);
        }
        let value = structure(value, PURPOSE)?;
        let plan = self.plans.get(value.schema(), |schema| Plan::new(schema, &self.names, self.replace_null))?;
        Arc::make_mut(value).recast(&plan.schema, |values| {
            *values = plan.run(values)?;
            Ok(())
        })?;
        *schema = Some(Arc::clone(&plan.schema));
        Ok(())
    }
}

impl Names {
    fn replace(&self, map: &mut Map) -> Result<(), ConnectError> {
        map.iter().try_for_each(|(key, _)| key_text(key).map(drop))?;
        if self.renames.is_empty() {
            map.retain(|key, _| key.as_str().is_some_and(|name| self.keeps(name)));
            return Ok(());
        }
        let mut renamed = Map::with_capacity(map.len());
        for (key, value) in std::mem::take(map) {
            let name = key_text(&key)?;
            if self.keeps(name) {
                let key = self.renames.get(name).map_or_else(|| key.clone(), |new| Value::String(new.clone()));
                renamed.insert(key, value);
            }
        }
        *map = renamed;
        Ok(())
    }
}

/// The new schema, and where its fields come from.
struct Plan {
    schema: Arc<Schema>,
    sources: Vec<Source>,
    /// Two fields come from one.
    shared: bool,
}

struct Source {
    at: usize,
    carry: Carry,
}

impl Plan {
    fn new(schema: &Schema, names: &Names, replace_null: bool) -> Result<Self, ConnectError> {
        let mut builder = struct_like(schema);
        for field in schema.fields().iter().filter(|field| names.keeps(&field.name)) {
            builder = builder.field(names.new_name(&field.name), Arc::clone(&field.schema))?;
        }
        let new_schema = builder.build();
        let source = |field: &connect_api::Field| {
            let old_name = names.old_name(&field.name);
            let old = schema.field(old_name);
            let old = old.ok_or_else(|| ConnectError::data(format!("{old_name} is not a valid field name")))?;
            Ok(Source { at: old.index, carry: Carry::new(old, &field.name, &field.schema, replace_null) })
        };
        let sources: Vec<Source> = new_schema.fields().iter().map(source).collect::<Result<_, ConnectError>>()?;
        let mut seen: Vec<usize> = sources.iter().map(|source| source.at).collect();
        seen.sort_unstable();
        let shared = seen.windows(2).any(|pair| pair[0] == pair[1]);
        Ok(Self { schema: new_schema, sources, shared })
    }

    fn run(&self, values: &mut [Value]) -> Result<Vec<Value>, ConnectError> {
        let mut new = Vec::with_capacity(self.sources.len());
        for Source { at, carry } in &self.sources {
            let mut value = if self.shared { values[*at].clone() } else { std::mem::take(&mut values[*at]) };
            carry.settle(&mut value)?;
            new.push(value);
        }
        Ok(new)
    }
}
