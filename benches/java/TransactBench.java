// How long a transaction takes in Java: the counterpart of kafka-client's example transact_bench.
//   java -cp 'libs/*' benches/java/TransactBench.java <bootstrap> <topic> [transactions] [records] [bytes] [key=value]…

import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class TransactBench {
    public static void main(String[] arguments) throws Exception {
        int transactions = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 300;
        int records = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 2000;
        int bytes = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 100;
        Properties props = new Properties();
        props.put("bootstrap.servers", arguments[0]);
        props.put("transactional.id", "transact-bench-" + System.nanoTime());
        props.put("key.serializer", ByteArraySerializer.class.getName());
        props.put("value.serializer", ByteArraySerializer.class.getName());
        Arrays.stream(arguments).skip(5).map(argument -> argument.split("=", 2)).forEach(pair -> props.put(pair[0], pair[1]));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(props)) {
            producer.initTransactions();
            byte[] value = new byte[bytes];
            Arrays.fill(value, (byte) 'x');
            double[] millis = new double[transactions];
            for (int transaction = 0; transaction < transactions; transaction++) {
                long start = System.nanoTime();
                producer.beginTransaction();
                for (int record = 0; record < records; record++) {
                    producer.send(new ProducerRecord<>(arguments[1], value));
                }
                producer.commitTransaction();
                millis[transaction] = (System.nanoTime() - start) / 1e6;
            }
            // The first third warms up.
            double[] warm = Arrays.copyOfRange(millis, transactions / 3, transactions);
            Arrays.sort(warm);
            double mean = Arrays.stream(warm).average().orElse(0);
            System.out.printf("%d transactions of %d records: median %.2f ms, mean %.2f ms, 99%% %.2f ms%n",
                warm.length, records, warm[warm.length / 2], mean, warm[warm.length * 99 / 100]);
        }
    }
}
