//! The keys of transformations and predicates: `transforms.<alias>.*` and `predicates.<alias>.*`.
//! ```text
//! transforms=a,b ─▶ transforms.a.type ─▶ the class's own ConfigDef ─▶ embedded behind `transforms.a.`
//! ```

use std::sync::Arc;

use connect_config::validators::{ConcreteSubclass, Lambda};
use connect_config::{
    Class, ClassResolver, ConfigDef, ConfigException, ConfigKey, ConfigType, Importance, Parsed, Props, Validator,
    Width, parse_type_with,
};

use indexmap::IndexSet;

use super::{VersionRange, distinct_items};

/// The two kinds of plugins that a connector's configuration names by alias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PluginKind {
    Transformation,
    Predicate,
}

impl PluginKind {
    /// The simple name of the Java interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transformation => "Transformation",
            Self::Predicate => "Predicate",
        }
    }

    /// The full name of the Java interface.
    pub fn interface(self) -> &'static str {
        match self {
            Self::Transformation => "org.apache.kafka.connect.transforms.Transformation",
            Self::Predicate => "org.apache.kafka.connect.transforms.predicates.Predicate",
        }
    }

    /// The key that lists the aliases.
    pub fn aliases_key(self) -> &'static str {
        match self {
            Self::Transformation => "transforms",
            Self::Predicate => "predicates",
        }
    }

    fn group(self) -> &'static str {
        match self {
            Self::Transformation => "Transforms",
            Self::Predicate => "Predicates",
        }
    }
}

/// The installed plugins: which classes there are, and what the transformations and predicates among them configure.
pub trait Plugins: ClassResolver {
    /// The declaration of a plugin that [`resolve`](ClassResolver::resolve) found and that is of this kind.
    /// # Errors
    /// The version is not installed, or the plugin cannot be made.
    fn config_def(
        &self,
        kind: PluginKind,
        class: &Class,
        version: Option<&VersionRange>,
    ) -> Result<Arc<ConfigDef>, ConfigException>;
}

/// Adds to `base` the keys of every transformation and predicate that `props` lists.
/// Source: Apache Kafka, `ConnectorConfig.enrich` with `requireFullConfig`.
/// # Errors
/// A listed alias has no type, or not that of an installed plugin of its kind.
pub fn enrich(base: &ConfigDef, props: &Props, plugins: &dyn Plugins) -> Result<ConfigDef, ConfigException> {
    let mut def = base.clone();
    for kind in [PluginKind::Transformation, PluginKind::Predicate] {
        for alias in aliases(kind, props)? {
            add_plugin(&mut def, kind, &alias, props, plugins)?;
        }
    }
    Ok(def)
}

/// The aliases in order, once each.
pub(super) fn aliases(kind: PluginKind, props: &Props) -> Result<IndexSet<String>, ConfigException> {
    distinct_items(kind.aliases_key(), props)
}

fn add_plugin(
    def: &mut ConfigDef,
    kind: PluginKind,
    alias: &str,
    props: &Props,
    plugins: &dyn Plugins,
) -> Result<(), ConfigException> {
    let prefix = format!("{}.{alias}.", kind.aliases_key());
    let group = format!("{}: {alias}", kind.group());
    let (type_key, version_key) = (format!("{prefix}type"), format!("{prefix}plugin.version"));
    let own = own_def(kind, &type_key, &version_key, props, plugins)?;
    let lower = kind.name().to_lowercase();
    let key = |name: &str, ty, order| {
        ConfigKey::new(name, ty).importance(Importance::High).group(group.clone(), order).width(Width::Long)
    };
    def.insert(
        key(&type_key, ConfigType::Class, 0)
            .doc(format!("Which {lower} the alias {alias} stands for."))
            .display(format!("{} type for {alias}", kind.name()))
            .validator(negation_check(kind, &prefix, props)),
    );
    def.insert(
        key(&version_key, ConfigType::String, 1)
            .optional()
            .doc(format!("Which version of the {lower} the alias {alias} stands for."))
            .display(format!("{} version for {alias}", kind.name()))
            .validator(super::PluginVersionValidator),
    );
    def.embed(&prefix, &group, 2, &own);
    Ok(())
}

/// The plugin's own keys; a transformation also has `predicate` and `negate`, which its own of that name give way to.
fn own_def(
    kind: PluginKind,
    type_key: &str,
    version_key: &str,
    props: &Props,
    plugins: &dyn Plugins,
) -> Result<ConfigDef, ConfigException> {
    let Some(given) = props.get(type_key) else {
        return Err(ConfigException::invalid(type_key, "null", format_args!("Not a {}", kind.name())));
    };
    let version = VersionRange::requirement(props.get(version_key))?;
    let value = parse_type_with(type_key, given, ConfigType::Class, plugins)?;
    ConcreteSubclass::of(kind.interface()).ensure_valid(type_key, &value)?;
    let Some(class) = value.as_class() else { return Ok(ConfigDef::new()) };
    let plugin = plugins.config_def(kind, class, version.as_ref())?;
    let implicit = if kind == PluginKind::Transformation { implicit_keys() } else { ConfigDef::new() };
    let own: Vec<ConfigKey> = plugin.keys().filter(|key| !implicit.contains(&key.name)).cloned().collect();
    Ok(own.into_iter().fold(implicit, ConfigDef::define))
}

fn implicit_keys() -> ConfigDef {
    ConfigDef::new()
        .define(
            ConfigKey::new("predicate", ConfigType::String)
                .optional()
                .doc("The alias of the predicate that says which records are transformed."),
        )
        .define(
            ConfigKey::new("negate", ConfigType::Boolean)
                .default(false)
                .doc("Whether to transform the records for which the predicate is false."),
        )
}

/// `negate` without `predicate` is a mistake. The check hangs at the type, which is always there.
fn negation_check(kind: PluginKind, prefix: &str, props: &Props) -> impl Validator + 'static {
    let (negate, predicate) = (format!("{prefix}negate"), format!("{prefix}predicate"));
    let alone = kind == PluginKind::Transformation && props.contains_key(&negate) && !props.contains_key(&predicate);
    let lower = kind.name().to_lowercase();
    Lambda::new(format!("an installed {lower}"), move |_: &str, _: &Parsed| {
        if !alone {
            return Ok(());
        }
        Err(ConfigException::new(format!(
            "Config '{negate}' was provided but there is no config '{predicate}' defining a predicate to be negated."
        )))
    })
}
