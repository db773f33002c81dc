//! `ConfigDef::validate` and `parse` as the reference does them.

use connect_config::validators::{NonEmptyString, Range, ValidString};
use connect_config::{Class, ConfigDef, ConfigKey, ConfigType, ConfigValue, Parsed, ParsedConfig, Props, Recommender};

#[derive(Debug)]
struct Suggest;

impl Recommender for Suggest {
    fn valid_values(&self, _name: &str, parsed: &ParsedConfig) -> Vec<Parsed> {
        vec![parsed.string("mode").unwrap_or("none").into()]
    }

    fn visible(&self, _name: &str, parsed: &ParsedConfig) -> bool {
        !parsed.get("mode").is_none_or(Parsed::is_null)
    }
}

fn def() -> ConfigDef {
    ConfigDef::new()
        .define(ConfigKey::new("count", ConfigType::Int).default(1).validator(Range::at_least(1)))
        .define(ConfigKey::new("kind", ConfigType::String).validator(ValidString::one_of(["a", "b"])))
        .define(ConfigKey::new("mode", ConfigType::String).optional().dependents(["format", "gone"]))
        .define(ConfigKey::new("format", ConfigType::String).optional().recommender(Suggest))
        .define(ConfigKey::new("class", ConfigType::Class).optional())
}

fn value<'a>(values: &'a [ConfigValue], name: &str) -> &'a ConfigValue {
    values.iter().find(|value| value.name == name).expect("there is one for each key")
}

#[test]
fn validate_says_both_what_parsing_and_what_the_validator_found() {
    let values = def().validate(&Props::from([("count", "x"), ("mode", "m")]));
    let names: Vec<&str> = values.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names, ["count", "kind", "mode", "format", "class", "gone"]);
    let errors = |name| value(&values, name).errors.clone();
    assert_eq!(
        errors("count"),
        [
            "Invalid value x for configuration count: Not a number of type INT",
            "Invalid value null for configuration count: Value must be non-null"
        ]
    );
    assert_eq!(
        errors("kind"),
        [
            "Missing required configuration \"kind\" which has no default value.",
            "Invalid value null for configuration kind: String must be one of: a, b"
        ]
    );
    assert_eq!(errors("gone"), ["gone is referred in the dependents, but not defined."]);
    assert!(!value(&values, "gone").visible);
    assert_eq!(value(&values, "format").recommended_values, ["m".into()]);
    assert!(!value(&def().validate(&Props::new()), "format").visible);
}

#[test]
fn a_refused_value_is_still_shown() {
    let values = def().validate(&Props::from([("kind", "c")]));
    assert_eq!(value(&values, "kind").value, "c".into());
}

#[test]
fn classes_are_what_the_resolver_knows() {
    let known = |name: &str| (name == "Json").then(|| Class::named("org.acme.Json"));
    let ask = |name| def().validate_with(&Props::from([("class", name)]), &known).swap_remove(4);
    assert_eq!(ask("Json").value, Class::named("org.acme.Json").into());
    assert_eq!(ask("Xml").errors, ["Invalid value Xml for configuration class: Class Xml could not be found."]);
}

#[test]
fn circles_of_dependents_end() {
    let key = |name: &str, dependent: &str| ConfigKey::new(name, ConfigType::String).optional().dependents([dependent]);
    let def = ConfigDef::new().define(key("a", "b")).define(key("b", "c")).define(key("c", "b"));
    assert_eq!(def.validate(&Props::from([("c", "1")]))[2].value, "1".into());
}

#[test]
fn parse_stops_where_java_does() {
    let def = ConfigDef::new()
        .define(ConfigKey::new("a", ConfigType::String))
        .define(ConfigKey::new("b", ConfigType::Int).default(5));
    let props = Props::from([("b", "x"), ("z", "1")]);
    assert_eq!(
        def.parse(&props).expect_err("a is missing").message(),
        "Missing required configuration \"a\" which has no default value."
    );
    assert_eq!(def.parse_all(&props).expect_err("both").iter().count(), 2);
    let parsed = def.parse(&Props::from([("a", "1"), ("z", "1")])).expect("valid");
    assert_eq!((parsed.string("a"), parsed.int("b")), (Some("1"), Some(5)));
    assert_eq!(parsed.unknown().collect::<Vec<_>>(), ["z"]);
}

#[test]
fn embedded_keys_keep_their_own_names_in_errors() {
    let child = ConfigDef::new()
        .define(ConfigKey::new("z", ConfigType::String).default("z"))
        .define(ConfigKey::new("regex", ConfigType::String).validator(NonEmptyString).group("G", 1));
    let mut def = ConfigDef::new();
    def.embed("transforms.t.", "Transforms: t", 3, &child);
    let key = def.get("transforms.t.regex").expect("embedded");
    assert_eq!((key.group.as_deref(), key.order_in_group), (Some("Transforms: t: G"), 4));
    let error = def.parse(&Props::from([("transforms.t.regex", "")])).expect_err("empty");
    assert_eq!(error.message(), "Invalid value  for configuration regex: String must be non-empty");
}

#[test]
fn wrong_declarations_are_told() {
    let def = ConfigDef::new()
        .define(ConfigKey::new("a", ConfigType::Int).default("x"))
        .define(ConfigKey::new("b", ConfigType::Int).default(0).validator(Range::at_least(1)));
    assert_eq!(def.problems().len(), 2);
}
