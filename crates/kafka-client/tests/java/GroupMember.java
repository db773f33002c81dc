// A member of a consumer group that tells what happens to it, a line each:
//   java -cp "$LIBS/*" GroupMember.java BOOTSTRAP GROUP TOPIC ASSIGNOR_CLASSES
//   > MILLIS assigned t-0,t-1 | revoked … | lost … | record t-0 17 VALUE | closed
// It commits what it has read before partitions go, and ends when its standard input does.

import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;

public class GroupMember {
    public static void main(String[] args) throws Exception {
        Properties props = new Properties();
        props.put("bootstrap.servers", args[0]);
        props.put("group.id", args[1]);
        props.put("partition.assignment.strategy", args[3]);
        props.put("enable.auto.commit", "false");
        props.put("auto.offset.reset", "earliest");
        props.put("heartbeat.interval.ms", "200");
        props.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        props.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        AtomicBoolean stop = new AtomicBoolean();
        Thread input = new Thread(() -> {
            try {
                while (System.in.read() >= 0) { }
            } catch (Exception e) {
                // as at the end
            }
            stop.set(true);
        });
        input.setDaemon(true);
        input.start();
        try (Consumer<String, String> consumer = new KafkaConsumer<>(props)) {
            consumer.subscribe(List.of(args[2]), new ConsumerRebalanceListener() {
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    tell("assigned", partitions);
                }

                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
                    partitions.forEach(p -> read.put(p, new OffsetAndMetadata(consumer.position(p))));
                    consumer.commitSync(read);
                    tell("revoked", partitions);
                }

                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    tell("lost", partitions);
                }
            });
            while (!stop.get()) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                    say("record " + record.topic() + "-" + record.partition() + " " + record.offset() + " " + record.value());
                }
            }
        }
        say("closed");
    }

    static void tell(String what, Collection<TopicPartition> partitions) {
        say(what + " " + partitions.stream().map(TopicPartition::toString).sorted().collect(Collectors.joining(",")));
    }

    static synchronized void say(String line) {
        System.out.println("> " + System.currentTimeMillis() + " " + line); // logs go to the standard output too
        System.out.flush();
    }
}
