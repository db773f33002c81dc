//! What is to be made of `transforms` and `predicates`: one stage for each alias, in order.

use connect_config::{Class, ClassResolver, ConfigException, ConfigType, Props, parse_type, parse_type_with};
use indexmap::IndexSet;

use super::enrich::{PluginKind, aliases};

/// One transformation of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct TransformationSpec {
    pub plugin: PluginSpec,
    /// Which records it applies to; all if `None`. Every transformation has an instance of its own.
    pub predicate: Option<PluginSpec>,
    /// True to apply it to the records for which the predicate is false.
    pub negate: bool,
}

/// A plugin that is to be created and configured.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginSpec {
    pub alias: String,
    pub class: Class,
    /// As given: a version, a range or `latest`.
    pub version: Option<String>,
    /// Its own keys, without prefix; those that only say when it applies are gone.
    pub props: Props,
}

/// The stages of a connector's chain, in the order in which records go through them.
/// # Errors
/// An alias has no type or not an installed one, or names a predicate that `predicates` does not list.
pub fn transformation_stages(
    props: &Props,
    classes: &dyn ClassResolver,
) -> Result<Vec<TransformationSpec>, ConfigException> {
    let listed = aliases(PluginKind::Predicate, props)?;
    let stage = |alias: String| {
        let mut plugin = plugin(PluginKind::Transformation, &alias, props, classes)?;
        let predicate = plugin.props.remove("predicate");
        let negate = plugin.props.remove("negate");
        let negate = parse_type(&format!("transforms.{alias}.negate"), negate.as_deref(), ConfigType::Boolean)?;
        Ok(TransformationSpec {
            predicate: predicate.map(|name| listed_predicate(name.trim(), &listed, props, classes)).transpose()?,
            negate: negate.as_bool().unwrap_or(false),
            plugin,
        })
    };
    aliases(PluginKind::Transformation, props)?.into_iter().map(stage).collect()
}

fn listed_predicate(
    name: &str,
    listed: &IndexSet<String>,
    props: &Props,
    classes: &dyn ClassResolver,
) -> Result<PluginSpec, ConfigException> {
    if !listed.contains(name) {
        return Err(ConfigException::new(format!("Unknown configuration 'predicates.{name}.type'")));
    }
    plugin(PluginKind::Predicate, name, props, classes)
}

fn plugin(
    kind: PluginKind,
    alias: &str,
    props: &Props,
    classes: &dyn ClassResolver,
) -> Result<PluginSpec, ConfigException> {
    let prefix = format!("{}.{alias}.", kind.aliases_key());
    let key = format!("{prefix}type");
    let value = parse_type_with(&key, props.get(&key), ConfigType::Class, classes)?;
    let not_one = || ConfigException::invalid(&key, "null", format_args!("Not a {}", kind.name()));
    let class = value.as_class().ok_or_else(not_one)?.clone();
    let mut own = props.with_prefix(&prefix);
    own.remove("type");
    let version = own.remove("plugin.version");
    Ok(PluginSpec { alias: alias.to_owned(), class, version, props: own })
}
