// Writes what Apache Kafka's assignors choose, for `src/consumer/assign/tests/vectors.rs` to compare with:
//   java -cp "$LIBS/*" AssignorVectors.java 400 ../data/assignors.jsonl
// One case a line. `topics`: for each topic its partitions, each the racks of its replicas (joined by "+"), or their
// number alone if none has a rack. `members`, in the order of the JoinGroup answer: id, group.instance.id, rack, topics,
// owned partitions by topic, generation, and the hexadecimal user data for the sticky and for the cooperative assignor.
// Then for each assignor and topic who got each partition, as an index into `members` (-1: nobody).

import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.*;
import org.apache.kafka.common.*;

public class AssignorVectors {
    static final Random random = new Random(43);

    record Claim(Map<String, List<Integer>> owned, int generation) {}

    static class Member {
        String id, instance, rack;
        TreeSet<String> topics = new TreeSet<>();
        Claim claim = new Claim(new TreeMap<>(), -1);
        boolean oldClient, brokenData;
    }

    public static void main(String[] args) throws Exception {
        int wanted = Integer.parseInt(args[0]);
        StringBuilder out = new StringBuilder();
        for (int written = 0; written < wanted; ) written += chain(out, wanted - written);
        Files.writeString(Path.of(args[1]), out); // the assignors log to the standard output
    }

    /** One group through a few rebalances; a following assignor decides what members own in the next. */
    static int chain(StringBuilder out, int atMost) {
        boolean racks = random.nextInt(4) == 0, even = random.nextInt(5) < 2, wild = random.nextInt(3) == 0;
        boolean cooperative = random.nextBoolean();
        int steps = Math.min(atMost, 2 + random.nextInt(6)), generation = 1 + random.nextInt(20), written = 0;
        Map<String, List<Set<String>>> topics = new TreeMap<>();
        int topicCount = 1 + random.nextInt(5);
        for (int i = 0; i < topicCount; i++) newTopic(topics, racks);
        List<Member> members = new ArrayList<>();
        int memberCount = 1 + random.nextInt(random.nextInt(6) == 0 ? 20 : 6);
        for (int i = 0; i < memberCount; i++) members.add(newMember(topics, racks, even));
        for (int step = 0; step < steps; step++) {
            Map<String, Map<String, List<TopicPartition>>> chosen = new LinkedHashMap<>();
            for (ConsumerPartitionAssignor assignor : List.of(new RangeAssignor(), new RoundRobinAssignor(), new StickyAssignor(), new CooperativeStickyAssignor())) {
                try {
                    chosen.put(assignor.name(), assign(assignor, topics, members));
                } catch (RuntimeException e) {
                    e.printStackTrace(); chosen.put(assignor.name(), null); // Java's own assignor fails on this input
                }
            }
            write(out, topics, members, chosen);
            written++;
            Map<String, List<TopicPartition>> next = chosen.get(cooperative ? "cooperative-sticky" : "sticky");
            if (next == null) break;
            generation++;
            for (Member member : members) {
                if (wild && random.nextInt(5) == 0) continue; // missed this generation: an older claim remains
                member.claim = new Claim(byTopic(next.get(member.id)), generation);
            }
            change(topics, members, racks, even, wild);
        }
        return written;
    }

    static void change(Map<String, List<Set<String>>> topics, List<Member> members, boolean racks, boolean even, boolean wild) {
        switch (random.nextInt(7)) {
            case 0, 1 -> members.add(random.nextInt(members.size() + 1), newMember(topics, racks, even));
            case 2 -> { if (members.size() > 1) members.remove(random.nextInt(members.size())); }
            case 3 -> {
                for (int i = 0; i < 2; i++) if (members.size() > 1) members.remove(random.nextInt(members.size()));
                members.add(newMember(topics, racks, even));
            }
            case 4 -> {
                String topic = newTopic(topics, racks);
                for (Member member : members) if (even || random.nextBoolean()) member.topics.add(topic);
            }
            case 5 -> {
                if (random.nextBoolean() && topics.size() > 1) topics.remove(topics.keySet().iterator().next());
                else for (List<Set<String>> partitions : topics.values()) if (random.nextBoolean()) partitions.add(racksOf(racks));
            }
            default -> {
                if (even) break;
                Member member = members.get(random.nextInt(members.size()));
                member.topics = some(topics.keySet());
            }
        }
        if (wild && random.nextBoolean()) { // two members claim the same, in one generation or in two
            Member thief = members.get(random.nextInt(members.size())), victim = members.get(random.nextInt(members.size()));
            thief.claim = new Claim(new TreeMap<>(victim.claim.owned), random.nextBoolean() ? victim.claim.generation : victim.claim.generation - 1);
        }
        if (wild && random.nextInt(3) == 0) Collections.shuffle(members, random);
    }

    static String newTopic(Map<String, List<Set<String>>> topics, boolean racks) {
        String name = (random.nextBoolean() ? "t" : "orders-") + random.nextInt(1000);
        List<Set<String>> partitions = new ArrayList<>();
        int count = random.nextInt(8) == 0 ? 12 + random.nextInt(12) : random.nextInt(8);
        for (int i = 0; i < count; i++) partitions.add(racksOf(racks));
        topics.put(name, partitions);
        return name;
    }

    static Set<String> racksOf(boolean racks) {
        TreeSet<String> of = new TreeSet<>();
        if (racks) for (int i = 0; i < 2; i++) of.add("r" + random.nextInt(4));
        return of;
    }

    static Member newMember(Map<String, List<Set<String>>> topics, boolean racks, boolean even) {
        Member member = new Member();
        member.id = (random.nextBoolean() ? "consumer-g-" : "c") + Long.toHexString(random.nextLong());
        if (random.nextInt(5) == 0) member.instance = "i" + random.nextInt(1 << 20);
        if (racks && random.nextInt(5) > 0) member.rack = "r" + random.nextInt(4);
        member.topics = even ? new TreeSet<>(topics.keySet()) : some(topics.keySet());
        member.oldClient = random.nextInt(8) == 0;
        member.brokenData = random.nextInt(12) == 0;
        return member;
    }

    static TreeSet<String> some(Set<String> topics) {
        TreeSet<String> some = topics.stream().filter(t -> random.nextInt(3) > 0).collect(Collectors.toCollection(TreeSet::new));
        return some.isEmpty() ? new TreeSet<>(topics) : some;
    }

    static Map<String, List<TopicPartition>> assign(ConsumerPartitionAssignor assignor, Map<String, List<Set<String>>> topics, List<Member> members) {
        List<PartitionInfo> infos = new ArrayList<>();
        Map<String, Node> nodes = new HashMap<>();
        Node rackless = new Node(99, "h", 1);
        nodes.put("", rackless);
        topics.forEach((topic, partitions) -> {
            for (int i = 0; i < partitions.size(); i++) {
                Node[] replicas = partitions.get(i).isEmpty() ? new Node[] {rackless}
                    : partitions.get(i).stream().map(r -> nodes.computeIfAbsent(r, k -> new Node(k.charAt(1), "h", 1, k))).toArray(Node[]::new);
                infos.add(new PartitionInfo(topic, i, replicas[0], replicas, replicas));
            }
        });
        Cluster cluster = new Cluster("c", nodes.values(), infos, Set.of(), Set.of());
        Map<String, Subscription> subscriptions = new HashMap<>();
        for (Member member : members) {
            Subscription subscription = new Subscription(new ArrayList<>(member.topics), userData(assignor.name(), member),
                partitions(member.claim), member.oldClient ? -1 : member.claim.generation, Optional.ofNullable(member.rack));
            subscription.setGroupInstanceId(Optional.ofNullable(member.instance));
            subscriptions.put(member.id, subscription);
        }
        Map<String, List<TopicPartition>> chosen = new HashMap<>();
        assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment().forEach((id, a) -> chosen.put(id, a.partitions()));
        return chosen;
    }

    static List<TopicPartition> partitions(Claim claim) {
        return claim.owned.entrySet().stream().flatMap(e -> e.getValue().stream().map(p -> new TopicPartition(e.getKey(), p))).collect(Collectors.toList());
    }

    /** As the assignor of a member that was given this in that generation writes it. */
    static ByteBuffer userData(String assignor, Member member) {
        if (member.brokenData) return ByteBuffer.wrap(new byte[] {0, 0});
        ConsumerGroupMetadata metadata = new ConsumerGroupMetadata("g", member.claim.generation, member.id, Optional.ofNullable(member.instance));
        ConsumerPartitionAssignor own = assignor.equals("sticky") ? new StickyAssignor() : assignor.equals("cooperative-sticky") ? new CooperativeStickyAssignor() : null;
        if (own == null) return null;
        if (member.claim.generation >= 0) own.onAssignment(new Assignment(partitions(member.claim)), metadata);
        ByteBuffer data = own.subscriptionUserData(member.topics);
        if (data != null && assignor.equals("sticky") && member.oldClient) data.limit(data.limit() - 4); // version 0: no generation
        return data;
    }

    static Map<String, List<Integer>> byTopic(List<TopicPartition> partitions) {
        Map<String, List<Integer>> owned = new TreeMap<>();
        for (TopicPartition p : partitions) owned.computeIfAbsent(p.topic(), t -> new ArrayList<>()).add(p.partition());
        return owned;
    }

    static void write(StringBuilder out, Map<String, List<Set<String>>> topics, List<Member> members, Map<String, Map<String, List<TopicPartition>>> chosen) {
        out.append("{\"topics\":{").append(topics.entrySet().stream().map(e -> quoted(e.getKey()) + ":" + partitions(e.getValue())).collect(Collectors.joining(","))).append("},\"members\":[");
        out.append(members.stream().map(AssignorVectors::json).collect(Collectors.joining(","))).append("]");
        chosen.forEach((name, of) -> out.append(",").append(quoted(name)).append(":").append(of == null ? "null" : owners(of, topics, members)));
        out.append("}\n");
    }

    static String partitions(List<Set<String>> partitions) {
        if (partitions.stream().allMatch(Set::isEmpty)) return "" + partitions.size();
        return partitions.stream().map(racks -> quoted(String.join("+", racks))).collect(Collectors.joining(",", "[", "]"));
    }

    static String json(Member member) {
        StringBuilder out = new StringBuilder("{\"id\":" + quoted(member.id));
        if (member.instance != null) out.append(",\"instance\":").append(quoted(member.instance));
        if (member.rack != null) out.append(",\"rack\":").append(quoted(member.rack));
        out.append(",\"topics\":").append(member.topics.stream().map(AssignorVectors::quoted).collect(Collectors.joining(",", "[", "]")));
        out.append(",\"owned\":").append(member.claim.owned.entrySet().stream().map(e -> quoted(e.getKey()) + ":" + e.getValue().toString().replace(" ", "")).collect(Collectors.joining(",", "{", "}")));
        out.append(",\"generation\":").append(member.oldClient ? -1 : member.claim.generation);
        for (String assignor : List.of("sticky", "cooperative-sticky")) {
            ByteBuffer data = userData(assignor, member);
            if (data != null) out.append(",").append(quoted(assignor)).append(":").append(quoted(HexFormat.of().formatHex(data.array(), data.position(), data.limit())));
        }
        return out.append("}").toString();
    }

    static String owners(Map<String, List<TopicPartition>> of, Map<String, List<Set<String>>> topics, List<Member> members) {
        Map<TopicPartition, Integer> owner = new HashMap<>();
        for (int i = 0; i < members.size(); i++)
            for (TopicPartition p : of.get(members.get(i).id))
                if (owner.put(p, i) != null) throw new IllegalStateException(p + " twice");
        return topics.entrySet().stream().map(e -> quoted(e.getKey()) + ":" + IntStream.range(0, e.getValue().size())
            .mapToObj(p -> "" + owner.getOrDefault(new TopicPartition(e.getKey(), p), -1)).collect(Collectors.joining(",", "[", "]"))).collect(Collectors.joining(",", "{", "}"));
    }

    static String quoted(String text) {
        return "\"" + text + "\"";
    }
}
