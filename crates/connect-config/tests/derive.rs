//! A struct as the declaration: what the derive macro makes of it.

use std::path::PathBuf;

use connect_config::{Class, ConfigDef, ConfigErrors, ConfigType, Importance, Parsed, Password, Props, Width};

/// Reads a text file.
#[derive(Debug, PartialEq, ConfigDef)]
struct FileConfig {
    /// The file to read. Without it
    /// standard input.
    #[config(importance = High)]
    file: Option<PathBuf>,
    /// Where the lines go.
    ///
    /// One topic.
    #[config(importance = High, validate = NonEmptyString)]
    topic: String,
    #[config(name = "batch.size", default = 2000, importance = Low, validate = Range::at_least(1))]
    batch: i32,
    #[config(default = "a,b", group = "Lists", order = 1, width = Long, display = "Tags", dependents = ["topic"])]
    tags: Vec<String>,
    #[config(flatten)]
    common: Common,
}

#[derive(Debug, PartialEq, ConfigDef)]
struct Common {
    #[config(default = "org.acme.Json")]
    key_converter: Class,
    #[config(default = true)]
    r#async: bool,
    ssl_password: Option<Password>,
    #[config(default = "plain", internal)]
    mode: Mode,
    #[config(default = 0.5)]
    factor: f64,
    #[config(default = -1)]
    replication: i16,
    #[config(default = 60_000)]
    wait_ms: i64,
}

#[derive(Debug, PartialEq)]
enum Mode {
    Plain,
    Fancy,
}

impl std::str::FromStr for Mode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "plain" => Ok(Self::Plain),
            "fancy" => Ok(Self::Fancy),
            _ => Err("Must be plain or fancy"),
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Plain { "plain" } else { "fancy" })
    }
}

connect_config::config_field_from_str!(Mode);

#[test]
fn declares() {
    let def = FileConfig::def();
    assert_eq!(def.problems(), Vec::<String>::new());
    let names: Vec<&str> = def.keys().map(|key| key.name.as_str()).collect();
    let nested = ["key.converter", "async", "ssl.password", "mode", "factor", "replication", "wait.ms"];
    assert_eq!(names, [&["file", "topic", "batch.size", "tags"][..], &nested].concat());
    let key = |name: &str| def.get(name).expect("defined");
    assert_eq!(key("file").documentation, "The file to read. Without it standard input.");
    assert_eq!(key("topic").documentation, "Where the lines go.\n\nOne topic.");
    assert_eq!((key("file").default.clone(), key("topic").default.clone()), (Some(Parsed::Null), None));
    assert_eq!((key("batch.size").ty, key("batch.size").importance), (ConfigType::Int, Importance::Low));
    let tags = key("tags");
    assert_eq!((tags.group.as_deref(), tags.order_in_group, tags.width), (Some("Lists"), 1, Width::Long));
    assert_eq!((tags.display_name.as_str(), tags.dependents.as_slice()), ("Tags", &["topic".to_owned()][..]));
    assert!(key("mode").internal && std::ptr::eq(def, FileConfig::def()));
}

#[test]
fn parses() {
    let config = FileConfig::parse(&Props::from([("topic", " t "), ("file", "/a"), ("mode", "fancy"), ("x", "1")]));
    let config = config.expect("valid");
    assert_eq!((config.topic.as_str(), config.file), ("t", Some(PathBuf::from("/a"))));
    assert_eq!((config.batch, config.tags), (2000, vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((config.common.mode, config.common.replication, config.common.wait_ms), (Mode::Fancy, -1, 60_000));
    assert_eq!(config.common.key_converter.name(), "org.acme.Json");
}

#[test]
fn says_every_error() {
    let messages = |props: Props| {
        let errors: ConfigErrors = FileConfig::parse(&props).expect_err("invalid");
        errors.iter().map(|error| error.message().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        messages(Props::from([("batch.size", "0"), ("factor", "x")])),
        [
            "Missing required configuration \"topic\" which has no default value.",
            "Invalid value 0 for configuration batch.size: Value must be at least 1",
            "Invalid value x for configuration factor: Not a number of type DOUBLE",
        ]
    );
    let null_topic = [("topic", None), ("mode", Some("odd"))].into_iter().collect();
    assert_eq!(
        messages(null_topic),
        [
            "Invalid value null for configuration topic: Value must be non-null",
            "Invalid value odd for configuration mode: Must be plain or fancy",
        ]
    );
}
