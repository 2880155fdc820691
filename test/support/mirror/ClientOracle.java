package org.apache.kafka.connect.mirror;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Asks a cluster through MirrorMaker 2's own client: bootstrap servers as argument, one question a line on stdin. */
public class ClientOracle {
    public static void main(String[] args) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", args[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer(config, line.split("\t", -1)));
        }
    }

    private static String answer(Map<String, Object> config, String[] fields) throws Exception {
        switch (fields[0]) {
            case "hops": return "" + RemoteClusterUtils.replicationHops(config, fields[1]);
            case "heartbeatTopics": return sorted(RemoteClusterUtils.heartbeatTopics(config));
            case "checkpointTopics": return sorted(RemoteClusterUtils.checkpointTopics(config));
            case "upstreamClusters": return sorted(RemoteClusterUtils.upstreamClusters(config));
            case "remoteTopics":
                try (MirrorClient client = new MirrorClient(config)) {
                    return sorted(client.remoteTopics(fields[1]));
                }
            case "translate":
                TreeMap<String, String> found = new TreeMap<>();
                RemoteClusterUtils.translateOffsets(config, fields[1], fields[2], Duration.ofSeconds(20))
                    .forEach((tp, offset) -> found.put(tp.toString(), offset.offset() + "/" + offset.metadata()));
                return found.toString();
            default: return "unknown question";
        }
    }

    private static String sorted(Collection<String> names) {
        return String.join(",", new TreeSet<>(names));
    }
}
