//! The classes that the recording JVM had, as far as cases name them.

use connect_config::{Class, ClassResolver, ClassShape};

/// Resolves full names only: the cases were recorded without a worker's aliases.
pub(super) struct Jvm;

const CONVERTER: &str = "org.apache.kafka.connect.storage.Converter";
const HEADER_CONVERTER: &str = "org.apache.kafka.connect.storage.HeaderConverter";
const TRANSFORMATION: &str = "org.apache.kafka.connect.transforms.Transformation";
const PREDICATE: &str = "org.apache.kafka.connect.transforms.predicates.Predicate";

/// Per package: the interfaces that its classes implement, and the classes.
const CONCRETE: [(&str, &[&str], &[&str]); 8] = [
    ("org.apache.kafka.connect.json", &[CONVERTER, HEADER_CONVERTER], &["JsonConverter"]),
    ("org.apache.kafka.connect.storage", &[CONVERTER, HEADER_CONVERTER], &["StringConverter"]),
    ("org.apache.kafka.connect.storage", &[HEADER_CONVERTER], &["SimpleHeaderConverter"]),
    (
        "org.apache.kafka.connect.converters",
        &[CONVERTER, HEADER_CONVERTER],
        &[
            "BooleanConverter",
            "ByteArrayConverter",
            "DoubleConverter",
            "FloatConverter",
            "IntegerConverter",
            "LongConverter",
            "ShortConverter",
        ],
    ),
    (
        "org.apache.kafka.connect.transforms",
        &[TRANSFORMATION],
        &["DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey"],
    ),
    (
        "org.apache.kafka.connect.transforms.predicates",
        &[PREDICATE],
        &["HasHeaderKey", "RecordIsTombstone", "TopicNameMatches"],
    ),
    (
        "org.apache.kafka.connect.file",
        &["org.apache.kafka.connect.connector.Connector"],
        &["FileStreamSourceConnector", "FileStreamSinkConnector"],
    ),
    ("java.lang", &[], &["Boolean", "Class", "Double", "Integer", "Long", "Object", "Short", "String"]),
];

/// Transformations that come as `$Key` and `$Value`; the class itself is abstract.
const KEY_AND_VALUE: [&str; 10] = [
    "Cast",
    "ExtractField",
    "Flatten",
    "HeaderFrom",
    "HoistField",
    "InsertField",
    "MaskField",
    "ReplaceField",
    "SetSchemaMetadata",
    "TimestampConverter",
];

const CONFIG_PROVIDERS: [&str; 3] = ["FileConfigProvider", "DirectoryConfigProvider", "EnvVarConfigProvider"];

impl ClassResolver for Jvm {
    fn resolve(&self, name: &str) -> Option<Class> {
        let shape = abstract_class(name).or_else(|| concrete_class(name))?;
        Some(Class::with_shape(name, shape))
    }
}

fn concrete_class(name: &str) -> Option<ClassShape> {
    let (package, simple) = name.rsplit_once('.')?;
    if package == "org.apache.kafka.common.config.provider" && CONFIG_PROVIDERS.contains(&simple) {
        return Some(ClassShape::default());
    }
    let known = CONCRETE.iter().find(|(of, _, classes)| *of == package && classes.contains(&simple));
    let interfaces = known.map(|(_, interfaces, _)| *interfaces).or_else(|| {
        let (outer, nested) = simple.split_once('$')?;
        let transformation = package == "org.apache.kafka.connect.transforms" && KEY_AND_VALUE.contains(&outer);
        (transformation && matches!(nested, "Key" | "Value")).then_some(&[TRANSFORMATION][..])
    })?;
    Some(shape(interfaces, false, Vec::new()))
}

fn abstract_class(name: &str) -> Option<ClassShape> {
    if [CONVERTER, HEADER_CONVERTER, TRANSFORMATION, PREDICATE].contains(&name) {
        return Some(shape(&[name], true, Vec::new()));
    }
    let simple = name.strip_prefix("org.apache.kafka.connect.transforms.")?;
    let nested = ["Key", "Value"].map(|nested| format!("{name}${nested}")).to_vec();
    KEY_AND_VALUE.contains(&simple).then(|| shape(&[TRANSFORMATION], true, nested))
}

fn shape(interfaces: &[&str], is_abstract: bool, concrete_nested: Vec<String>) -> ClassShape {
    let implements = interfaces.iter().map(|interface| (*interface).to_owned()).collect();
    ClassShape { implements, is_abstract, concrete_nested }
}
