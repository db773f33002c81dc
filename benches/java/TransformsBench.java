// Prints how long each of Apache's transformations takes a record of ten fields, one line each: name, tab, nanoseconds.
// Cases and records are those of plugins/transforms/examples/transforms_bench.rs; see benches/transforms.sh.

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

public class TransformsBench {
    static final int BATCH = 100, WARM_UP = 10_000, ROUNDS = 2_000;

    static final String[][] CASES = {
        {"Cast", "Cast$Value", "spec", "quantity:int64,price:float32,id:string"},
        {"DropHeaders", "DropHeaders", "headers", "h1"},
        {"ExtractField", "ExtractField$Value", "field", "customer"},
        {"Flatten", "Flatten$Value"},
        {"HeaderFrom copy", "HeaderFrom$Value", "fields", "id,state", "headers", "id,state", "operation", "copy"},
        {"HeaderFrom move", "HeaderFrom$Value", "fields", "id,state", "headers", "id,state", "operation", "move"},
        {"HoistField", "HoistField$Value", "field", "order"},
        {"InsertField", "InsertField$Value", "topic.field", "topic", "timestamp.field", "ts", "static.field", "site",
            "static.value", "Kiel"},
        {"InsertHeader", "InsertHeader", "header", "site", "value.literal", "Kiel"},
        {"MaskField", "MaskField$Value", "fields", "email,quantity"},
        {"RegexRouter", "RegexRouter", "regex", "(.*)-orders", "replacement", "all-$1"},
        {"ReplaceField", "ReplaceField$Value", "exclude", "note,email", "renames", "id:order_id"},
        {"SetSchemaMetadata", "SetSchemaMetadata$Value", "schema.name", "shop.Other"},
        {"TimestampConverter string", "TimestampConverter$Value", "field", "created", "target.type", "string",
            "format", "yyyy-MM-dd'T'HH:mm:ss.SSS"},
        {"TimestampConverter Timestamp", "TimestampConverter$Value", "field", "created", "target.type", "Timestamp"},
        {"TimestampRouter", "TimestampRouter"},
        {"ValueToKey", "ValueToKey", "fields", "id,customer"},
    };

    static final List<String> CHAIN = List.of("InsertField", "ReplaceField", "Cast", "MaskField", "HoistField");

    static Object sink;

    public static void main(String[] args) throws Exception {
        for (boolean withSchema : new boolean[] {true, false}) {
            String kind = withSchema ? "schema" : "map";
            for (String[] one : CASES) {
                if (!withSchema && one[0].equals("SetSchemaMetadata")) continue;
                Schema schema = one[0].equals("Flatten") ? nested() : flat();
                print(one[0] + ", " + kind, time(List.of(instance(one)), schema, withSchema));
            }
            List<Transformation<SourceRecord>> links = new ArrayList<>();
            for (String name : CHAIN)
                for (String[] one : CASES)
                    if (one[0].equals(name)) links.add(instance(adapted(one)));
            print("chain of five, " + kind, time(links, flat(), withSchema));
        }
    }

    static void print(String name, double nanos) {
        System.out.printf("%s\t%.1f%n", name, nanos);
    }

    // Earlier links have taken these fields away.
    static String[] adapted(String[] one) {
        String[] copy = one.clone();
        if (one[0].equals("Cast")) copy[3] = "quantity:int64,price:float32,order_id:string";
        if (one[0].equals("MaskField")) copy[3] = "customer,quantity";
        return copy;
    }

    @SuppressWarnings("unchecked")
    static Transformation<SourceRecord> instance(String[] one) throws Exception {
        Class<?> type = Class.forName("org.apache.kafka.connect.transforms." + one[1]);
        Transformation<SourceRecord> made = (Transformation<SourceRecord>) type.getDeclaredConstructor().newInstance();
        Map<String, String> configs = new LinkedHashMap<>();
        for (int at = 2; at < one.length; at += 2) configs.put(one[at], one[at + 1]);
        made.configure(configs);
        return made;
    }

    // Nanoseconds a record: the first decile of the rounds after 1,000,000 records. The records are made before.
    static double time(List<Transformation<SourceRecord>> links, Schema schema, boolean withSchema) {
        SourceRecord[] batch = new SourceRecord[BATCH];
        for (int n = 0; n < BATCH; n++) batch[n] = record(n, schema, withSchema);
        double[] rounds = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            SourceRecord[] results = new SourceRecord[BATCH];
            long start = System.nanoTime();
            for (int n = 0; n < BATCH; n++) {
                SourceRecord record = batch[n];
                for (Transformation<SourceRecord> link : links) record = link.apply(record);
                results[n] = record;
            }
            if (round >= 0) rounds[round] = (System.nanoTime() - start) / (double) BATCH;
            sink = results;
        }
        Arrays.sort(rounds);
        return rounds[ROUNDS / 10];
    }

    static SourceRecord record(long n, Schema schema, boolean withSchema) {
        ConnectHeaders headers = new ConnectHeaders();
        headers.addString("h1", "v");
        headers.addString("h2", "v");
        Object value = value(n, schema, withSchema);
        return new SourceRecord(Map.of(), Map.of(), "shop-orders", 3, null, null, withSchema ? schema : null, value,
            1_700_000_000_000L + n, headers);
    }

    static Object value(long n, Schema schema, boolean withSchema) {
        Struct struct = withSchema ? new Struct(schema) : null;
        Map<String, Object> map = new LinkedHashMap<>();
        for (Field field : schema.fields()) {
            Object value = switch (field.schema().type()) {
                case STRUCT -> value(n, field.schema(), withSchema);
                case INT64 -> field.name().equals("created") ? 1_700_000_000_000L + n : n;
                case INT32 -> (int) n;
                case FLOAT64 -> n + 0.25;
                case BOOLEAN -> n % 2 == 0;
                default -> field.name().equals("note") ? null : field.name() + " " + n;
            };
            if (withSchema) struct.put(field, value);
            else map.put(field.name(), value);
        }
        return withSchema ? struct : map;
    }

    static Schema flat() {
        return SchemaBuilder.struct().name("shop.Order").field("id", Schema.INT64_SCHEMA)
            .field("customer", Schema.STRING_SCHEMA).field("email", Schema.STRING_SCHEMA)
            .field("city", Schema.OPTIONAL_STRING_SCHEMA).field("quantity", Schema.INT32_SCHEMA)
            .field("price", Schema.FLOAT64_SCHEMA).field("paid", Schema.BOOLEAN_SCHEMA)
            .field("created", Schema.INT64_SCHEMA).field("note", Schema.OPTIONAL_STRING_SCHEMA)
            .field("state", Schema.STRING_SCHEMA).build();
    }

    static Schema nested() {
        Schema address = SchemaBuilder.struct().field("street", Schema.STRING_SCHEMA)
            .field("city", Schema.OPTIONAL_STRING_SCHEMA).field("zip", Schema.INT32_SCHEMA).build();
        Schema item = SchemaBuilder.struct().field("sku", Schema.STRING_SCHEMA).field("quantity", Schema.INT32_SCHEMA)
            .field("price", Schema.FLOAT64_SCHEMA).build();
        return SchemaBuilder.struct().name("shop.Nested").field("id", Schema.INT64_SCHEMA).field("address", address)
            .field("item", item).field("paid", Schema.BOOLEAN_SCHEMA).field("created", Schema.INT64_SCHEMA)
            .field("state", Schema.STRING_SCHEMA).build();
    }
}
