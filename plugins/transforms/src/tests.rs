//! Any record through any transformation: no panic, and what comes out fits its schema. The seed is the bug report.

use std::sync::Arc;

use connect_api::data::{SchemaBuilder, SchemaParts, logical};
use connect_api::{
    ConnectRecord, Decimal, Factory, Header, Map, PluginKind, PluginTable, Schema, Struct, Transformation, Type, Value,
    Verdict,
};
use connect_config::Props;

/// Class and configuration. Only those whose result fits its schema in the reference too.
const CHAINABLE: [(&str, &[(&str, &str)]); 31] = [
    ("Cast$Value", &[("spec", "a:int8,b:string,c:boolean")]),
    ("Cast$Value", &[("spec", "a:float64,b:int32,d:string"), ("replace.null.with.default", "false")]),
    ("Cast$Key", &[("spec", "a:string")]),
    ("DropHeaders", &[("headers", "a,b")]),
    ("ExtractField$Value", &[("field", "a")]),
    ("ExtractField$Value", &[("field", "a.b"), ("field.syntax.version", "V2")]),
    ("ExtractField$Key", &[("field", "`a.b`.c"), ("field.syntax.version", "V2")]),
    ("Flatten$Value", &[]),
    ("Flatten$Value", &[("delimiter", "")]),
    ("HeaderFrom$Value", &[("fields", "a,b"), ("headers", "h,i"), ("operation", "move")]),
    ("HeaderFrom$Value", &[("fields", "c,c"), ("headers", "h,h"), ("operation", "copy")]),
    ("HoistField$Value", &[("field", "a")]),
    ("HoistField$Key", &[("field", "")]),
    ("InsertField$Value", &[("topic.field", "t"), ("partition.field", "p"), ("timestamp.field", "ts")]),
    ("InsertField$Value", &[("offset.field", "o!"), ("static.field", "a"), ("static.value", "x")]),
    ("InsertHeader", &[("header", "h"), ("value.literal", "[1,2")]),
    ("MaskField$Value", &[("fields", "a,b,c")]),
    ("MaskField$Value", &[("fields", "a,b"), ("replacement", "7"), ("replace.null.with.default", "false")]),
    ("RegexRouter", &[("regex", "(t.*?)+"), ("replacement", "$1-x")]),
    ("ReplaceField$Value", &[("exclude", "a"), ("renames", "b:a,c:d")]),
    ("ReplaceField$Value", &[("include", "a,b"), ("renames", "a:b,b:a")]),
    ("ReplaceField$Value", &[("renames", "a:x,b:x")]),
    ("SetSchemaMetadata$Value", &[("schema.name", "n"), ("schema.version", "-1")]),
    ("TimestampConverter$Value", &[("field", "a"), ("target.type", "string"), ("format", "yyyy-MM-dd G z")]),
    ("TimestampConverter$Value", &[("field", "b"), ("target.type", "unix"), ("unix.precision", "nanoseconds")]),
    ("TimestampConverter$Value", &[("target.type", "Time"), ("format", "HH")]),
    ("TimestampConverter$Value", &[("field", "c"), ("target.type", "Timestamp"), ("unix.precision", "seconds")]),
    ("TimestampConverter$Key", &[("target.type", "Date")]),
    ("TimestampRouter", &[("timestamp.format", "yyyyGGG 'T' XXX")]),
    ("ValueToKey", &[("fields", "a,b")]),
    ("ValueToKey", &[("fields", "c")]),
];

#[test]
fn any_record_through_any_chain() {
    let mut table = PluginTable::new();
    crate::register(&mut table);
    let (mut kept, mut failed) = (0, 0);
    for seed in 0..6_000 {
        let mut random = Random(seed);
        let mut record = random.record();
        let mut told = format!("seed {seed}: {record:?}");
        // One instance for several records: what it remembers of their schemas must not matter.
        let mut chain: Vec<_> = (0..3).map(|_| random.link(&table)).collect();
        for (name, link) in &mut chain {
            told.push_str(&format!("\n{name}"));
            let verdict = apply(link.as_mut(), &mut record);
            match verdict {
                Verdict::Keep => kept += 1,
                _ => failed += 1,
            }
            if verdict != Verdict::Keep {
                break;
            }
            assert!(fits(&record.value_schema, &record.value), "{told}\nvalue of {record:?}");
            assert!(fits(&record.key_schema, &record.key), "{told}\nkey of {record:?}");
            assert!(
                record.headers.to_vec().is_ok_and(|all| all.iter().all(|one| fits(&one.schema, &one.value))),
                "{told}"
            );
        }
    }
    assert!(kept > 3_000 && failed > 1_000, "{kept} kept, {failed} failed: the records are too tame or too wild");
}

#[test]
fn declarations_are_sound() {
    let mut table = PluginTable::new();
    crate::register(&mut table);
    for plugin in table.iter() {
        assert_eq!(plugin.config_def.problems(), Vec::<String>::new(), "{}", plugin.class);
        assert!(plugin.config_def.keys().all(|key| !key.documentation.is_empty()), "{}", plugin.class);
    }
}

#[test]
fn a_record_that_others_hold_is_left_alone() {
    let mut table = PluginTable::new();
    crate::register(&mut table);
    for seed in 0..500 {
        let mut random = Random(seed);
        let record = random.record();
        let before = format!("{record:?}");
        for _ in 0..5 {
            apply(random.link(&table).1.as_mut(), &mut record.clone());
        }
        assert_eq!(format!("{record:?}"), before, "seed {seed}");
    }
}

fn apply(link: &mut dyn Transformation, record: &mut ConnectRecord) -> Verdict {
    let mut verdicts = Vec::new();
    link.apply(&mut [record], &mut verdicts);
    verdicts.pop().expect("a verdict a record")
}

/// A field that ExtractField finds in a null struct is null, whatever its schema says: so it is in the reference.
fn fits(schema: &Option<Arc<Schema>>, value: &Value) -> bool {
    value.is_null() || schema.as_ref().is_none_or(|schema| schema.validate(value).is_ok())
}

/// The state of a linear congruential generator.
struct Random(u64);

impl Random {
    /// From 0 to below `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len() as u64) as usize]
    }

    fn link(&mut self, table: &PluginTable) -> (String, Box<dyn Transformation>) {
        let (class, configs) = self.of(&CHAINABLE);
        let plugin = table.find(&[PluginKind::Transformation], &format!("org.apache.kafka.connect.transforms.{class}"));
        let Some(Factory::Transformation(make)) = plugin.map(|plugin| &plugin.factory) else { panic!("no {class}") };
        let mut link = make();
        link.configure(&configs.iter().copied().collect::<Props>()).expect("these configurations are right");
        (format!("{class} {configs:?}"), link)
    }

    fn record(&mut self) -> ConnectRecord {
        let (value_schema, value) = self.schema_and_value();
        let mut record = ConnectRecord::new("topic".into(), value_schema, value);
        (record.key_schema, record.key) = self.schema_and_value();
        record.timestamp = (!self.one_in(4)).then(|| self.integer());
        record.partition = (!self.one_in(3)).then_some(3);
        record.consumed_offset = self.one_in(2).then_some(42);
        let (schema, value) = self.schema_and_value();
        record.headers = vec![Header { key: self.name().into(), schema, value }].into();
        record
    }

    fn schema_and_value(&mut self) -> (Option<Arc<Schema>>, Value) {
        if self.one_in(3) {
            return (None, self.value(3));
        }
        let schema = if self.one_in(5) { self.schema(2) } else { self.structure(3) };
        let value = self.value_of(&schema);
        (Some(schema), value)
    }

    fn name(&mut self) -> &'static str {
        self.of(&["a", "b", "c", "d", "a.b", "é"])
    }

    fn integer(&mut self) -> i64 {
        let near = self.below(200_000) as i64;
        self.of(&[0, -1, 1, i64::MIN, i64::MAX, 86_400_000, -86_400_000, near, near * 86_400_000])
    }

    fn value(&mut self, depth: u64) -> Value {
        match self.below(if depth == 0 { 11 } else { 15 }) {
            0 => Value::Null,
            1 => Value::Boolean(self.one_in(2)),
            2 => Value::Int8(self.integer() as i8),
            3 => Value::Int16(self.integer() as i16),
            4 => Value::Int32(self.integer() as i32),
            5 => Value::Int64(self.integer()),
            6 => Value::Float64(self.of(&[0.0, -0.0, 1.5, f64::NAN, f64::INFINITY, 1e300])),
            7 => Value::string(self.of(&["", "a", "1", "-1.5", "true", "2024-01-01", "NaN", "٣", "0x1p3", " "])),
            8 => Value::Bytes(vec![1, 2, 255].into()),
            9 => Value::Instant(self.integer()),
            10 => Value::decimal(Decimal::new(self.integer(), 2)),
            11 => {
                let schema = self.structure(depth - 1);
                self.value_of(&schema)
            }
            12 => (0..self.below(3)).map(|_| self.value(depth - 1)).collect::<Vec<_>>().into(),
            _ => (0..self.below(5)).map(|_| (self.key(), self.value(depth - 1))).collect::<Map>().into(),
        }
    }

    fn key(&mut self) -> Value {
        match self.below(20) {
            0 => Value::Int32(1),
            1 => Value::Null,
            _ => self.name().into(),
        }
    }

    fn structure(&mut self, depth: u64) -> Arc<Schema> {
        let mut builder = SchemaBuilder::new(Type::Struct);
        for name in ["a", "b", "c", "d", "a.b", "é"] {
            if !self.one_in(3) {
                builder = builder.field(name, self.schema(depth)).expect("the names differ");
            }
        }
        self.decorated(builder)
    }

    fn schema(&mut self, depth: u64) -> Arc<Schema> {
        const PLAIN: [Type; 9] = [
            Type::Int8,
            Type::Int16,
            Type::Int32,
            Type::Int64,
            Type::Float32,
            Type::Float64,
            Type::Boolean,
            Type::String,
            Type::Bytes,
        ];
        match self.below(if depth == 0 { 12 } else { 15 }) {
            9 => self.of(&[logical::date_schema, logical::time_schema, logical::timestamp_schema])(),
            10 => logical::decimal_schema(2),
            11 => {
                let parts = logical::timestamp_schema().parts().clone();
                Schema::new(SchemaParts { optional: true, ..parts })
            }
            12 => self.structure(depth - 1),
            13 => {
                let items = self.schema(depth - 1);
                self.decorated(SchemaBuilder::array(items))
            }
            14 => {
                let values = self.schema(depth - 1);
                self.decorated(SchemaBuilder::map(Schema::required(Type::String), values))
            }
            plain => self.decorated(SchemaBuilder::new(PLAIN[plain as usize % PLAIN.len()])),
        }
    }

    /// Perhaps optional, perhaps with a default, perhaps with a documentation.
    fn decorated(&mut self, mut builder: SchemaBuilder) -> Arc<Schema> {
        if self.one_in(2) {
            builder = builder.optional().expect("once");
        }
        if self.one_in(4) {
            builder = builder.doc("doc").expect("once");
        }
        if self.one_in(4) {
            let plain = builder.clone().build();
            let default = self.value_of(&plain);
            if !default.is_null() {
                builder = builder.default_value(default).expect("a value of the schema");
            }
        }
        builder.build()
    }

    fn value_of(&mut self, schema: &Arc<Schema>) -> Value {
        if schema.is_optional() && self.one_in(4) {
            return Value::Null;
        }
        match (schema.name(), schema.schema_type()) {
            (Some(logical::DATE), _) => Value::Instant(self.integer() / 86_400_000 * 86_400_000),
            (Some(logical::TIME), _) => Value::Instant(self.integer().rem_euclid(86_400_000)),
            (Some(logical::TIMESTAMP), _) => Value::Instant(self.integer()),
            (Some(logical::DECIMAL), _) => Value::decimal(Decimal::new(self.integer(), 2)),
            (_, Type::Int8) => Value::Int8(self.integer() as i8),
            (_, Type::Int16) => Value::Int16(self.integer() as i16),
            (_, Type::Int32) => Value::Int32(self.integer() as i32),
            (_, Type::Int64) => Value::Int64(self.integer()),
            (_, Type::Float32) => Value::Float32(self.integer() as f32),
            (_, Type::Float64) => Value::Float64(self.integer() as f64),
            (_, Type::Boolean) => Value::Boolean(self.one_in(2)),
            (_, Type::String) => Value::string(self.of(&["", "7", "2024-01-01 AD UTC", "12", "x"])),
            (_, Type::Bytes) => Value::Bytes(vec![0; 3].into()),
            (_, Type::Array) => {
                let items = schema.value_schema().cloned().expect("arrays have items");
                (0..self.below(3)).map(|_| self.value_of(&items)).collect::<Vec<_>>().into()
            }
            (_, Type::Map) => {
                let values = schema.value_schema().cloned().expect("maps have values");
                (0..self.below(3)).map(|_| (self.name().into(), self.value_of(&values))).collect::<Map>().into()
            }
            (_, Type::Struct) => {
                let values = schema.fields().iter().map(|field| self.value_of(&field.schema)).collect();
                Struct::from_values(Arc::clone(schema), values).into()
            }
        }
    }
}
