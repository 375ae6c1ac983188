import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/** Shares partitions out with Java's own assignors: cases on the standard input, as AssignorCase of the tests writes them, answers on the output. */
public final class AssignorPeer {
    private static final int GENERATION = 77;
    private static final HexFormat HEX = HexFormat.of();

    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        String assignor = "";
        var partitions = new ArrayList<PartitionInfo>();
        Map<String, ConsumerPartitionAssignor.Subscription> members = new HashMap<>();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "case" -> {
                    assignor = words[1];
                    partitions.clear();
                    members = new HashMap<>();
                }
                case "topic" -> addTopic(partitions, words[1], Integer.parseInt(words[2]), words[3]);
                case "member" -> {
                    var subscription = ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(HEX.parseHex(words[3])));
                    subscription.setGroupInstanceId(words[2].equals("-") ? Optional.empty() : Optional.of(words[2]));
                    members.put(words[1], subscription);
                }
                default -> {
                    answer(out, assignor, partitions, members);
                    out.print("end\n");
                }
            }
        }
        out.flush();
    }

    private static void addTopic(List<PartitionInfo> partitions, String name, int count, String racks) {
        String[] byPartition = racks.equals("-") ? null : racks.split(";", -1);
        for (int i = 0; i < count; i++) {
            var replicas = new ArrayList<Node>();
            if (byPartition == null || byPartition[i].isEmpty())
                replicas.add(new Node(0, "host", 9092));
            else
                for (String rack : byPartition[i].split(","))
                    replicas.add(new Node(replicas.size() + 1, "host", 9092, rack));
            var nodes = replicas.toArray(new Node[0]);
            partitions.add(new PartitionInfo(name, i, null, nodes, nodes));
        }
    }

    private static void answer(PrintStream out, String name, List<PartitionInfo> partitions, Map<String, ConsumerPartitionAssignor.Subscription> members) {
        var cluster = new Cluster("c", List.of(), partitions, Collections.emptySet(), Collections.emptySet());
        try {
            var group = new ConsumerPartitionAssignor.GroupSubscription(members);
            var assignments = make(name).assign(cluster, group).groupAssignment();
            for (var entry : new TreeMap<>(assignments).entrySet()) {
                var own = make(name);
                own.onAssignment(entry.getValue(), new ConsumerGroupMetadata("g", GENERATION, entry.getKey(), Optional.empty()));
                var subscription = members.get(entry.getKey());
                ByteBuffer userData = own.subscriptionUserData(new HashSet<>(subscription.topics()));
                if (subscription.userData() != null)
                    subscription.userData().rewind();
                out.print(entry.getKey() + " " + hex(ConsumerProtocol.serializeAssignment(entry.getValue())) + " "
                    + (userData == null ? "-" : hex(userData)) + " " + hex(ConsumerProtocol.serializeSubscription(subscription)) + "\n");
            }
        } catch (RuntimeException e) {
            out.print("failed: " + e + " at " + e.getStackTrace()[0] + "\n");
        }
    }

    private static String hex(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return HEX.formatHex(bytes);
    }

    private static ConsumerPartitionAssignor make(String name) {
        return switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            case "cooperative-sticky" -> new CooperativeStickyAssignor();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
