use std::sync::Arc;

use connect_config::{Class, ClassResolver, ClassShape, ConfigDef, ConfigException, ConfigKey, ConfigType, Props};

use super::*;

/// Knows the class of every converter, one transformation and one predicate.
struct Installed;

impl ClassResolver for Installed {
    fn resolve(&self, name: &str) -> Option<Class> {
        let interface = match name {
            "Hoist" => PluginKind::Transformation.interface(),
            "Matches" => PluginKind::Predicate.interface(),
            "Json" => "org.apache.kafka.connect.storage.Converter",
            _ => return None,
        };
        let shape = ClassShape { implements: vec![interface.to_owned()], ..ClassShape::default() };
        Some(Class::with_shape(format!("org.acme.{name}"), shape))
    }
}

impl Plugins for Installed {
    fn config_def(
        &self,
        _: PluginKind,
        _: &Class,
        _: Option<&VersionRange>,
    ) -> Result<Arc<ConfigDef>, ConfigException> {
        let field = ConfigKey::new("field", ConfigType::String).validator(connect_config::validators::NonEmptyString);
        Ok(Arc::new(ConfigDef::new().define(field)))
    }
}

fn connector(more: &[(&str, &str)]) -> Props {
    [("name", "c"), ("connector.class", "File")].iter().chain(more).copied().collect()
}

#[test]
fn declarations_are_sound() {
    let defs =
        [ConnectorConfig::def(), SourceConnectorConfig::def(), SinkConnectorConfig::def(), StandaloneConfig::def()];
    assert_eq!(defs.map(ConfigDef::problems), [const { Vec::<String>::new() }; 4]);
    assert_eq!(defs.map(|def| def.keys().count()), [19, 24, 24, 52]);
    for key in defs.iter().flat_map(|def| def.keys()) {
        assert!(!key.documentation.is_empty(), "{}", key.name);
    }
}

#[test]
fn connectors() {
    for (more, want) in [
        (&[][..], Ok(())),
        (&[("tasks.max", "0")], Err("Invalid value 0 for configuration tasks.max: Value must be at least 1")),
        (&[("key.converter", "Hoist")], Err("Class class org.acme.Hoist does not implement the Converter interface")),
        (&[("connector.plugin.version", "[1.0")], Err("Unbounded range: [1.0")),
        (
            &[("transforms", "r, r")],
            Err("Invalid value [r, r] for configuration transforms: Duplicate alias provided."),
        ),
        (&[("transforms", "a")], Err("Invalid value null for configuration transforms.a.type: Not a Transformation")),
        (
            &[("transforms", "a"), ("transforms.a.type", "x")],
            Err("Invalid value x for configuration transforms.a.type: Class x could not be found."),
        ),
        (
            &[("transforms", "a"), ("transforms.a.type", "Matches")],
            Err("Class class org.acme.Matches does not implement the Transformation interface"),
        ),
        (
            &[("transforms", "a"), ("transforms.a.type", "Hoist")],
            Err("Missing required configuration \"transforms.a.field\" which has no default value."),
        ),
        (
            &[("transforms", "a"), ("transforms.a.type", "Hoist"), ("transforms.a.field", "")],
            Err("Invalid value  for configuration field: String must be non-empty"),
        ),
        (
            &[
                ("transforms", "a"),
                ("transforms.a.type", "Hoist"),
                ("transforms.a.field", "f"),
                ("transforms.a.negate", "x"),
            ],
            Err(
                "Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a predicate to be negated.",
            ),
        ),
        (
            &[
                ("transforms", "a"),
                ("transforms.a.type", "Hoist"),
                ("transforms.a.field", "f"),
                ("transforms.a.predicate", "p"),
            ],
            Ok(()),
        ),
        (&[("predicates", "p")], Err("Invalid value null for configuration predicates.p.type: Not a Predicate")),
    ] {
        let ours = ConnectorConfig::new(&connector(more), &Installed).map(drop).map_err(|e| e.message().to_owned());
        assert_eq!(ours, want.map_err(str::to_owned), "{more:?}");
    }
    let config = ConnectorConfig::new(&connector(&[("errors.tolerance", "all")]), &Installed).expect("valid");
    assert_eq!((config.errors_tolerance, config.tasks_max), (ToleranceType::All, 1));
}

#[test]
fn sinks() {
    let neither = "Must configure one of topics or topics.regex";
    let both = "topics and topics.regex are mutually exclusive options, but both are set.";
    for (more, want) in [
        (&[("topics", "a,b")][..], None),
        (&[("topics.regex", "a.*")], None),
        (&[], Some(format!("Invalid value null for configuration topics: {neither}"))),
        (&[("topics", " ")], Some(format!("Invalid value   for configuration topics: {neither}"))),
        (&[("topics", "t"), ("topics.regex", "(")], Some(format!("Invalid value t for configuration topics: {both}"))),
        (&[("topics", "a,a")], None), // validation tells it; who reads the list gets each topic once
        (&[("topics", "a,d"), ("errors.deadletterqueue.topic.name", " d ")], Some("Invalid value a,d for configuration topics: The DLQ topic 'd' may not be included in the list of topics ('topics=[a, d]') consumed by the connector".to_owned())),
        (&[("topics.regex", "d.*"), ("errors.deadletterqueue.topic.name", "dlq")], Some("Invalid value d.* for configuration topics.regex: The DLQ topic 'dlq' may not be matched by the regex for the topics ('topics.regex=d.*') consumed by the connector".to_owned())),
    ] {
        let ours = SinkConnectorConfig::new(&connector(more), &Installed).err().map(|error| error.message().to_owned());
        assert_eq!(ours, want, "{more:?}");
    }
}

#[test]
fn sources_and_their_topic_creation_groups() {
    let new = |more: &[(&str, &str)], create| SourceConnectorConfig::new(&connector(more), &Installed, create);
    let config = new(&[("transaction.boundary", "INTERVAL"), ("topic.creation.groups", "a")], false).expect("valid");
    assert_eq!(config.transaction_boundary, TransactionBoundary::Interval);
    let error = new(&[("topic.creation.groups", "a")], true).expect_err("no default group").message().to_owned();
    assert_eq!(
        error,
        "Missing required configuration \"topic.creation.default.replication.factor\" which has no default value."
    );

    let groups = topic_creation_groups(&connector(&[
        ("topic.creation.groups", "logs, default"),
        ("topic.creation.default.replication.factor", "-1"),
        ("topic.creation.default.partitions", "4"),
        ("topic.creation.logs.include", "log.*, audit"),
        ("topic.creation.logs.exclude", ".*-private"),
        ("topic.creation.logs.partitions", "9"),
        ("topic.creation.logs.cleanup.policy", "compact"),
    ]));
    let groups = groups.expect("valid");
    let summary: Vec<_> =
        groups.iter().map(|group| (group.name.as_str(), group.partitions, group.replication_factor)).collect();
    assert_eq!(summary, [("logs", 9, -1), ("default", 4, -1)]);
    assert_eq!(groups[0].topic_config, Props::from([("cleanup.policy", "compact")]));
    let of = |topic: &str| groups.iter().find(|group| group.matches(topic)).map(|group| group.name.as_str());
    assert_eq!(
        ["log1", "audit", "audits", "log-private"].map(of).map(Option::unwrap_or_default),
        ["logs", "logs", "default", "default"]
    );
}

#[test]
fn standalone_workers() {
    let worker = |more: &[(&str, &str)]| {
        let base = [
            ("bootstrap.servers", "h:1"),
            ("key.converter", "Json"),
            ("value.converter", "Json"),
            ("offset.storage.file.filename", "/o"),
        ];
        StandaloneConfig::new(&base.iter().chain(more).copied().collect(), &Installed)
    };
    let config = worker(&[("rest.port", "9"), ("producer.acks", "1")]).expect("valid");
    assert_eq!(config.worker.listeners().expect("valid")[0].to_string(), "http://:9");
    assert_eq!(config.unused().collect::<Vec<_>>(), ["rest.port", "producer.acks"]);
    for (more, want) in [
        (
            &[("listeners", "h:8083")][..],
            "Invalid value h:8083 for configuration listeners: Listener doesn't have the right format (protocol://hostname:port).",
        ),
        (
            &[("listeners", "")],
            "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.",
        ),
        (&[("listeners", "http://:1,")], "Empty URL found when parsing listeners list."),
        (
            &[("plugin.path", "")],
            "Configuration 'plugin.path' must not be empty. Valid values include: any non-empty value",
        ),
        (
            &[("config.providers", "f"), ("config.providers.f.class", "nope")],
            "Invalid value nope for configuration config.providers.f.class: Could not load config provider class or one of its dependencies",
        ),
        (
            &[("response.http.headers.config", "set")],
            "Invalid format of header config 'set'. Expected: '[action] [header name]:[header value]'",
        ),
        (
            &[("response.http.headers.config", "put A: b")],
            "Invalid header config action: 'put'. Expected one of [set, add, setDate, addDate]",
        ),
        (
            &[("response.http.headers.config", "add X-A b")],
            "Invalid format of header name and header value pair 'X-A b'. Expected: '[header name]:[header value]'",
        ),
        (
            &[("response.http.headers.config", "add X A: b")],
            "Invalid header name 'X A'. The '[header name]' cannot contain whitespace",
        ),
    ] {
        assert_eq!(worker(more).expect_err("invalid").first().message(), want, "{more:?}");
    }
    assert!(
        worker(&[("response.http.headers.config", "set X-A: b, \"add Cache-Control: no-store, max-age=0\"")]).is_ok()
    );
}

#[test]
fn stages_know_their_predicates() {
    let chain = |more: &[(&str, &str)]| {
        let base = [
            ("transforms", "b,a"),
            ("transforms.a.type", "Hoist"),
            ("transforms.b.type", "Hoist"),
            ("transforms.b.field", "f"),
        ];
        transformation_stages(&base.iter().chain(more).copied().collect(), &Installed)
    };
    let predicate = [("predicates", "p"), ("predicates.p.type", "Matches"), ("predicates.p.field", "x")];
    let used = [("transforms.a.predicate", "p"), ("transforms.a.negate", "true")];
    let stages = chain(&[&predicate[..], &used].concat()).expect("valid");
    assert_eq!(stages.iter().map(|stage| stage.plugin.alias.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!((stages[0].plugin.props.get("field"), stages[0].predicate.is_some()), (Some("f"), false));
    assert!(stages[1].negate && stages[1].plugin.props.is_empty());
    assert_eq!(stages[1].predicate.as_ref().and_then(|spec| spec.props.get("field")), Some("x"));
    let error = chain(&[("transforms.a.predicate", "q")]).expect_err("q is not listed");
    assert_eq!(error.message(), "Unknown configuration 'predicates.q.type'");
}
