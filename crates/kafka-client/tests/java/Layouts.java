import java.util.*;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.types.*;

/**
 * Prints how the answers of Kafka's protocol lie in bytes: "key answer first-last layout", a line each; the letters
 * are explained in src/net/guard/layout.rs. src/net/guard/answers.txt is its output for Apache Kafka 4.3.1:
 * java -cp "LIBS/*" Layouts.java > answers.txt
 */
public class Layouts {
    static final Map<String, String> PLAIN = Map.ofEntries(
        Map.entry("BOOLEAN", "1"), Map.entry("INT8", "1"), Map.entry("INT16", "2"), Map.entry("UINT16", "2"),
        Map.entry("INT32", "4"), Map.entry("UINT32", "4"), Map.entry("INT64", "8"), Map.entry("FLOAT64", "8"),
        Map.entry("UUID", "g"), Map.entry("STRING", "s"), Map.entry("NULLABLE_STRING", "s"),
        Map.entry("COMPACT_STRING", "S"), Map.entry("COMPACT_NULLABLE_STRING", "S"), Map.entry("BYTES", "b"),
        Map.entry("NULLABLE_BYTES", "b"), Map.entry("RECORDS", "b"), Map.entry("NULLABLE_RECORDS", "b"), Map.entry("COMPACT_NULLABLE_RECORDS", "B"), Map.entry("COMPACT_BYTES", "B"),
        Map.entry("COMPACT_NULLABLE_BYTES", "B"), Map.entry("COMPACT_RECORDS", "B"));

    static String layout(Type type) {
        if (type instanceof NullableSchema schema) return "?<" + fields(schema) + ">";
        if (type instanceof Schema schema) return fields(schema);
        if (type instanceof ArrayOf array) return "[" + layout(array.arrayElementType().get()) + "]";
        if (type instanceof CompactArrayOf array) return "(" + layout(array.arrayElementType().get()) + ")";
        if (type instanceof TaggedFields tagged) {
            StringJoiner all = new StringJoiner(",", "{", "}");
            for (int tag = 0; tag < 64; tag++) {
                Field field = ((Map<Integer, Field>) tagged.fields()).get(tag);
                if (field != null) all.add(tag + ":" + layout(field.type));
            }
            return all.toString();
        }
        String name = ((Type.DocumentedType) type).typeName();
        String plain = PLAIN.get(name);
        if (plain == null) throw new IllegalArgumentException(name);
        return plain;
    }

    static String fields(Schema schema) {
        StringBuilder all = new StringBuilder();
        for (BoundField field : schema.fields()) all.append(layout(field.def.type));
        return all.toString();
    }

    static void print(int key, String direction, Schema[] schemas) {
        for (int first = 0; first < schemas.length; first++) {
            if (schemas[first] == null) continue;
            String layout = fields(schemas[first]);
            int last = first;
            while (last + 1 < schemas.length && fields(schemas[last + 1]).equals(layout)) last++;
            System.out.println(key + " " + direction + " " + first + "-" + last + " " + layout);
            first = last;
        }
    }

    public static void main(String[] args) {
        for (ApiMessageType api : ApiMessageType.values()) print(api.apiKey(), "answer", api.responseSchemas());
    }
}
