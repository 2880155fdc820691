package org.apache.kafka.connect.mirror;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Asks the real MirrorMaker 2: one question a line on stdin, fields by tabs; one answer a line on stdout. In its package,
 * since what is asked is not public.
 */
public class MirrorOracle {
    private static final TopicPartition TP = new TopicPartition("topic", 0);

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] fields = line.split("\t", -1);
            out.println(answer(fields).replace("\n", " "));
        }
        out.flush();
    }

    private static String answer(String[] fields) {
        try {
            switch (fields[0]) {
                case "policy": return policy(fields);
                case "match": return match(fields[1], fields[2]);
                case "due": return due(fields);
                case "store": return store(fields);
                case "acl": return acl(fields);
                case "checkpoints": return checkpoints(fields);
                case "groups": return groups(fields);
                case "serde": return serde();
                case "metrics": return metrics();
                default: return "unknown question";
            }
        } catch (Exception e) {
            return "error: " + e;
        }
    }

    /** policy, class, separator, internal separator enabled, source alias, target alias, topic */
    private static String policy(String[] fields) {
        DefaultReplicationPolicy policy = fields[1].equals("identity") ? new IdentityReplicationPolicy() : new DefaultReplicationPolicy();
        policy.configure(Map.of(
            "replication.policy.separator", fields[2],
            "replication.policy.internal.topic.separator.enabled", fields[3],
            "source.cluster.alias", fields[4]));
        String topic = fields[6];
        MirrorSourceConnector connector = new MirrorSourceConnector(
            new SourceAndTarget(fields[4], fields[5]), policy, t -> true, p -> true, true);
        return String.join("\t",
            String.valueOf(policy.formatRemoteTopic(fields[4], topic)),
            String.valueOf(policy.topicSource(topic)),
            String.valueOf(policy.upstreamTopic(topic)),
            String.valueOf(policy.originalTopic(topic)),
            policy.offsetSyncsTopic(fields[4]),
            policy.checkpointsTopic(fields[4]),
            "" + policy.isHeartbeatsTopic(topic),
            "" + policy.isCheckpointsTopic(topic),
            "" + policy.isMM2InternalTopic(topic),
            "" + policy.isInternalTopic(topic),
            "" + connector.isCycle(topic),
            "" + connector.shouldReplicateTopic(topic));
    }

    /** Its MBeans: name and attributes, as type=..,source=..|attribute|..., by tabs. */
    private static String metrics() throws Exception {
        Map<String, String> props = Map.of(
            "name", "x", "connector.class", "x", "source.cluster.alias", "a", "target.cluster.alias", "b",
            "task.assigned.partitions", "orders-3", "task.assigned.groups", "g", "task.index", "0");
        TopicPartition copy = new TopicPartition("a.orders", 3);
        MirrorSourceLegacyMetrics source = new MirrorSourceTaskConfig(props).legacyMetrics();
        source.countRecord(copy);
        new MirrorCheckpointTaskConfig(props).legacyMetrics().checkpointLatency(copy, "g", 12);
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        List<String> found = new ArrayList<>();
        for (ObjectName name : server.queryNames(new ObjectName("kafka.connect.mirror:*"), null)) {
            StringBuilder one = new StringBuilder(name.getKeyPropertyListString());
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                one.append("|").append(attribute.getName());
            }
            found.add(one.toString());
        }
        return String.join("\t", found);
    }

    private static String match(String pattern, String text) {
        return "" + Pattern.compile(pattern).matcher(text).matches();
    }

    /** due, lag, then up:down or R for a reset */
    private static String due(String[] fields) {
        OffsetSyncWriter.PartitionState state = new OffsetSyncWriter.PartitionState(Long.parseLong(fields[1]));
        List<String> answers = new ArrayList<>();
        for (int i = 2; i < fields.length; i++) {
            if (fields[i].equals("R")) {
                state.reset();
                continue;
            }
            String[] pair = fields[i].split(":");
            answers.add("" + state.update(Long.parseLong(pair[0]), Long.parseLong(pair[1])));
        }
        return String.join(",", answers);
    }

    /** store, must read to end, then up:down, `loaded`, `?up` for a translation, `all` for what is kept */
    private static String store(String[] fields) {
        TestStore store = new TestStore();
        store.start(Boolean.parseBoolean(fields[1]), List.of(fields).subList(2, fields.length));
        return String.join(",", store.answers);
    }

    private static class TestStore extends OffsetSyncStore {
        final List<String> answers = new ArrayList<>();
        private List<String> steps = List.of();
        private int at = 0;

        void start(boolean mustReadToEnd, List<String> steps) {
            this.steps = steps;
            start(mustReadToEnd);
            run();
        }

        @Override
        void backingStoreStart() {
            run();
        }

        /** Up to `loaded`, which is where the backing store's own start ends. */
        private void run() {
            while (at < steps.size()) {
                String step = steps.get(at++);
                if (step.equals("loaded")) return;
                if (step.startsWith("?")) {
                    var translated = translateDownstream("group", TP, Long.parseLong(step.substring(1)));
                    answers.add(translated.isPresent() ? "" + translated.getAsLong() : "none");
                } else if (step.equals("all")) answers.add(kept());
                else add(step);
            }
        }

        void add(String step) {
            String[] pair = step.split(":");
            OffsetSync sync = new OffsetSync(TP, Long.parseLong(pair[0]), Long.parseLong(pair[1]));
            handleRecord(new ConsumerRecord<>("syncs", 0, 0, sync.recordKey(), sync.recordValue()));
        }

        private String kept() {
            List<String> found = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                OffsetSync sync = syncFor(TP, i);
                String text = sync.upstreamOffset() + ":" + sync.downstreamOffset();
                if (found.isEmpty() || !found.get(found.size() - 1).equals(text)) found.add(text);
            }
            return String.join(" ", found);
        }
    }

    /** checkpoints, then up:down for a sync or @offset for what the group has committed: what is emitted, or `-` */
    private static String checkpoints(String[] fields) {
        TestStore store = new TestStore();
        store.start(false, List.of("loaded"));
        Map<String, Map<TopicPartition, Checkpoint>> before = new HashMap<>();
        before.put("g", new HashMap<>());
        TestTask task = new TestTask(store, Map.of(), before);
        List<String> answers = new ArrayList<>();
        for (int i = 1; i < fields.length; i++) {
            if (!fields[i].startsWith("@")) {
                store.add(fields[i]);
                continue;
            }
            long offset = Long.parseLong(fields[i].substring(1));
            var emitted = task.checkpointsForGroup(Map.of(TP, new OffsetAndMetadata(offset)), "g");
            before.get("g").putAll(emitted);
            answers.add(emitted.values().stream().map(c -> "" + c.downstreamOffset()).findFirst().orElse("-"));
        }
        return String.join(",", answers);
    }

    /** groups, offset on the target (`none`: not committed, `null`: an entry without offset, `new`: no such group), checkpoint */
    private static String groups(String[] fields) throws Exception {
        TopicPartition copy = new TopicPartition("source.topic", 0);
        Map<String, Map<TopicPartition, OffsetAndMetadata>> idle = new HashMap<>();
        if (!fields[1].equals("new")) {
            Map<TopicPartition, OffsetAndMetadata> there = new HashMap<>();
            if (fields[1].equals("null")) there.put(copy, null);
            else if (!fields[1].equals("none")) there.put(copy, new OffsetAndMetadata(Long.parseLong(fields[1])));
            idle.put("g", there);
        }
        Map<TopicPartition, Checkpoint> checkpoints = new HashMap<>();
        checkpoints.put(copy, new Checkpoint("g", copy, 0, Long.parseLong(fields[2]), ""));
        TestTask task = new TestTask(new TestStore(), idle, Map.of("g", checkpoints));
        var written = task.syncGroupOffset().get("g");
        return written == null || written.isEmpty() ? "-" : "" + written.get(copy).offset();
    }

    private static class TestTask extends MirrorCheckpointTask {
        TestTask(OffsetSyncStore store, Map<String, Map<TopicPartition, OffsetAndMetadata>> idle,
                Map<String, Map<TopicPartition, Checkpoint>> checkpoints) {
            super("source", "target", new DefaultReplicationPolicy(), store, Set.of("g"), idle, new CheckpointStore(checkpoints));
        }

        @Override
        void syncGroupOffset(String group, Map<TopicPartition, OffsetAndMetadata> offsets) {
            // The target is not asked.
        }
    }

    /** acl, permission, operation, topic */
    private static String acl(String[] fields) {
        DefaultReplicationPolicy policy = new DefaultReplicationPolicy();
        policy.configure(Map.of());
        MirrorSourceConnector connector = new MirrorSourceConnector(
            new SourceAndTarget("source", "target"), policy, t -> true, p -> true, true);
        AclBinding binding = new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, fields[3], PatternType.LITERAL),
            new AccessControlEntry("User:alice", "*", AclOperation.valueOf(fields[2]), AclPermissionType.valueOf(fields[1])));
        if (!connector.shouldReplicateTopic(fields[3]) || !connector.shouldReplicateAcl(binding)) return "none";
        AclBinding copy = connector.targetAclBinding(binding);
        return copy.entry().permissionType() + " " + copy.entry().operation() + " " + copy.pattern().name();
    }

    private static String serde() {
        OffsetSync sync = new OffsetSync(new TopicPartition("topic-1", 2), 3, 4);
        Checkpoint checkpoint = new Checkpoint("group-1", new TopicPartition("topic-2", 3), 4, 5, "metadata-6");
        Heartbeat heartbeat = new Heartbeat("source-1", "target-2", 1234567890L);
        byte[][] all = {sync.recordKey(), sync.recordValue(), checkpoint.recordKey(), checkpoint.recordValue(),
            heartbeat.recordKey(), heartbeat.recordValue()};
        List<String> hex = new ArrayList<>();
        for (byte[] bytes : all) hex.add(HexFormat.of().formatHex(bytes));
        return String.join(",", hex);
    }
}
