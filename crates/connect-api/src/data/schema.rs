//! What a value looks like. Immutable, shared by `Arc`, compared by pointer, then hash, then structure.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use indexmap::IndexMap;

use super::Value;

/// The kinds of schema; `Display` is Java's enum name, [`Type::json_name`] the one in JSON schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    Int8,
    Int16,
    Int32,
    Int64,
    Float32,
    Float64,
    Boolean,
    String,
    Bytes,
    Array,
    Map,
    Struct,
}

impl Type {
    /// The first nine in Java's order: everything but arrays, maps and structs.
    pub fn is_primitive(self) -> bool {
        !matches!(self, Self::Array | Self::Map | Self::Struct)
    }

    /// Java's `Schema.Type` name, `INT8`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int8 => "INT8",
            Self::Int16 => "INT16",
            Self::Int32 => "INT32",
            Self::Int64 => "INT64",
            Self::Float32 => "FLOAT32",
            Self::Float64 => "FLOAT64",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Array => "ARRAY",
            Self::Map => "MAP",
            Self::Struct => "STRUCT",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A named member of a struct schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    pub name: ByteString,
    /// Position in the struct, from 0.
    pub index: usize,
    pub schema: Arc<Schema>,
}

/// Everything that makes a schema, before it is frozen by [`Schema::new`].
#[derive(Debug, Clone)]
pub struct SchemaParts {
    pub schema_type: Type,
    pub optional: bool,
    /// Null means "no default", as in Java.
    pub default: Value,
    pub name: Option<ByteString>,
    pub version: Option<i32>,
    pub doc: Option<ByteString>,
    /// In order of insertion, which equality ignores; none and empty are not equal.
    pub parameters: Option<Vec<(ByteString, ByteString)>>,
    /// Of a struct, in order; empty otherwise.
    pub fields: Vec<Field>,
    /// Of a map.
    pub key_schema: Option<Arc<Schema>>,
    /// Of a map's values or an array's items.
    pub value_schema: Option<Arc<Schema>>,
}

impl SchemaParts {
    /// A required, nameless schema of `schema_type` without fields or items.
    pub fn of(schema_type: Type) -> Self {
        Self {
            schema_type,
            optional: false,
            default: Value::Null,
            name: None,
            version: None,
            doc: None,
            parameters: None,
            fields: Vec::new(),
            key_schema: None,
            value_schema: None,
        }
    }

    /// Equal parameters in any order.
    pub fn same_parameters(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (&self.parameters, &other.parameters) else {
            return self.parameters.is_none() && other.parameters.is_none();
        };
        ours.len() == theirs.len() && (ours == theirs || ours.iter().all(|pair| theirs.contains(pair)))
    }
}

impl PartialEq for SchemaParts {
    fn eq(&self, other: &Self) -> bool {
        self.schema_type == other.schema_type
            && self.optional == other.optional
            && self.name == other.name
            && self.version == other.version
            && self.doc == other.doc
            && self.default == other.default
            && self.same_parameters(other)
            && self.fields == other.fields
            && self.key_schema == other.key_schema
            && self.value_schema == other.value_schema
    }
}

impl Eq for SchemaParts {}

impl Hash for SchemaParts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.schema_type, self.optional, &self.name, self.version, &self.doc, &self.default).hash(state);
        self.parameters.as_ref().map(Vec::len).hash(state);
        (&self.fields, &self.key_schema, &self.value_schema).hash(state);
    }
}

/// A frozen schema. Equality covers every part, documentation and default too, as in Java.
/// Source: Apache Kafka, `ConnectSchema`.
pub struct Schema {
    hash: u64,
    parts: SchemaParts,
    /// Field name → index, for structs.
    index: IndexMap<ByteString, usize>,
}

impl Schema {
    /// Freezes the parts. Nothing is checked here: the checks of Java's builder are in `SchemaBuilder`.
    pub fn new(parts: SchemaParts) -> Arc<Self> {
        let mut hasher = DefaultHasher::new();
        parts.hash(&mut hasher);
        let index = parts.fields.iter().map(|field| (field.name.clone(), field.index)).collect();
        Arc::new(Self { hash: hasher.finish(), parts, index })
    }

    /// A required schema of a primitive type, shared: `Schema.INT32_SCHEMA` and its kin.
    pub fn required(schema_type: Type) -> Arc<Self> {
        Arc::clone(&SHARED[schema_type as usize].0)
    }

    /// An optional schema of a primitive type, shared: `Schema.OPTIONAL_INT32_SCHEMA` and its kin.
    pub fn optional(schema_type: Type) -> Arc<Self> {
        Arc::clone(&SHARED[schema_type as usize].1)
    }

    pub fn parts(&self) -> &SchemaParts {
        &self.parts
    }

    pub fn schema_type(&self) -> Type {
        self.parts.schema_type
    }

    pub fn is_optional(&self) -> bool {
        self.parts.optional
    }

    /// None where there is no default.
    pub fn default_value(&self) -> Option<&Value> {
        (self.parts.default != Value::Null).then_some(&self.parts.default)
    }

    pub fn name(&self) -> Option<&str> {
        self.parts.name.as_deref()
    }

    pub fn version(&self) -> Option<i32> {
        self.parts.version
    }

    pub fn doc(&self) -> Option<&str> {
        self.parts.doc.as_deref()
    }

    pub fn parameter(&self, key: &str) -> Option<&str> {
        let parameters = self.parts.parameters.as_ref()?;
        parameters.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    pub fn fields(&self) -> &[Field] {
        &self.parts.fields
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.index.get(name).map(|&at| &self.parts.fields[at])
    }

    pub fn key_schema(&self) -> Option<&Arc<Schema>> {
        self.parts.key_schema.as_ref()
    }

    pub fn value_schema(&self) -> Option<&Arc<Schema>> {
        self.parts.value_schema.as_ref()
    }
}

static SHARED: LazyLock<Vec<(Arc<Schema>, Arc<Schema>)>> = LazyLock::new(|| {
    let all = [
        Type::Int8,
        Type::Int16,
        Type::Int32,
        Type::Int64,
        Type::Float32,
        Type::Float64,
        Type::Boolean,
        Type::String,
        Type::Bytes,
        Type::Array,
        Type::Map,
        Type::Struct,
    ];
    let pair = |schema_type| {
        let required = SchemaParts::of(schema_type);
        let optional = SchemaParts { optional: true, ..required.clone() };
        (Schema::new(required), Schema::new(optional))
    };
    all.map(pair).into()
});

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.hash == other.hash && self.parts == other.parts)
    }
}

impl Eq for Schema {}

impl Hash for Schema {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.fmt(f)
    }
}

/// Java's `ConnectSchema.toString`: `Schema{INT32}`, or `Schema{my.Name:STRUCT}`.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "Schema{{{name}:{}}}", self.schema_type()),
            None => write!(f, "Schema{{{}}}", self.schema_type()),
        }
    }
}
