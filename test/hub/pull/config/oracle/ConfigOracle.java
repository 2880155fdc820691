import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.utils.Utils;

/** Asks the real MirrorMaker 2 what its properties are, and what it makes of files. Prints JSON. */
public class ConfigOracle {
    static final String MIRROR = "org.apache.kafka.connect.mirror.";

    static ConfigDef def(String type, String field) throws Exception {
        for (Class<?> c = Class.forName(type); c != null; c = c.getSuperclass()) {
            for (Field f : c.getDeclaredFields()) {
                if (f.getName().equals(field)) {
                    f.setAccessible(true);
                    return (ConfigDef) f.get(null);
                }
            }
        }
        throw new IllegalStateException(type + "." + field);
    }

    static ConfigDef filterDef(String type) throws Exception {
        for (Class<?> c : Class.forName(type).getDeclaredClasses()) {
            for (Field f : c.getDeclaredFields()) {
                if (f.getType() == ConfigDef.class) {
                    f.setAccessible(true);
                    return (ConfigDef) f.get(null);
                }
            }
        }
        throw new IllegalStateException(type);
    }

    static Map<String, Object> keys(ConfigDef def) {
        Map<String, Object> all = new TreeMap<>();
        for (ConfigDef.ConfigKey key : def.configKeys().values()) {
            Map<String, Object> one = new LinkedHashMap<>();
            boolean none = key.defaultValue == ConfigDef.NO_DEFAULT_VALUE;
            one.put("type", key.type.name());
            one.put("default", none ? null : ConfigDef.convertToString(key.defaultValue, key.type));
            all.put(key.name, one);
        }
        return all;
    }

    static ConfigDef workerDef() throws Exception {
        Class<?> crypto = Class.forName("org.apache.kafka.connect.runtime.distributed.Crypto");
        Field system = crypto.getDeclaredField("SYSTEM");
        system.setAccessible(true);
        Class<?> worker = Class.forName("org.apache.kafka.connect.runtime.distributed.DistributedConfig");
        Method config = worker.getDeclaredMethod("config", crypto);
        config.setAccessible(true);
        return (ConfigDef) config.invoke(null, system.get(null));
    }

    static boolean takes(Method m, Object[] args) {
        if (m.getParameterCount() != args.length) return false;
        for (int i = 0; i < args.length; i++) if (!m.getParameterTypes()[i].isInstance(args[i])) return false;
        return true;
    }

    static Object call(Object on, String name, Object... args) throws Exception {
        for (Class<?> c = on.getClass(); c != null; c = c.getSuperclass()) {
            for (Method m : c.getDeclaredMethods()) {
                if (m.getName().equals(name) && takes(m, args)) {
                    m.setAccessible(true);
                    return m.invoke(on, args);
                }
            }
        }
        throw new IllegalStateException(name);
    }

    static Map<String, String> texts(Object map) {
        Map<String, String> all = new TreeMap<>();
        for (Map.Entry<?, ?> e : ((Map<?, ?>) map).entrySet()) all.put(e.getKey().toString(), String.valueOf(e.getValue()));
        return all;
    }

    static Map<String, Object> file(String path) throws Exception {
        Properties props = Utils.loadProps(path);
        // Otherwise the whole class path is searched for plugins, for seconds.
        props.put("plugin.discovery", "service_load");
        Class<?> makerClass = Class.forName(MIRROR + "MirrorMakerConfig");
        Object maker = makerClass.getConstructor(Map.class).newInstance(Utils.propsToStringMap(props));
        Class<?> source = Class.forName(MIRROR + "MirrorSourceConnector");
        Constructor<?> config = Class.forName(MIRROR + "MirrorSourceConfig").getDeclaredConstructor(Map.class);
        config.setAccessible(true);
        Map<String, Object> pairs = new TreeMap<>();
        for (Object pair : (List<?>) call(maker, "clusterPairs")) {
            Map<String, Object> one = new LinkedHashMap<>();
            Object base = call(maker, "connectorBaseConfig", pair, source);
            one.put("connector", texts(base));
            one.put("worker", texts(call(maker, "workerConfig", pair)));
            Object mirror = config.newInstance(base);
            Map<String, Object> clients = new LinkedHashMap<>();
            for (String side : List.of("source", "target")) {
                for (String kind : List.of("Consumer", "Producer", "Admin")) {
                    clients.put(side + "." + kind.toLowerCase(), texts(call(mirror, side + kind + "Config", "role")));
                }
            }
            one.put("clients", clients);
            pairs.put(pair.toString(), one);
        }
        return Map.of("pairs", pairs);
    }

    /** What Java's own grammar makes of a file; null where it throws. */
    static Object load(String path) throws Exception {
        try {
            return texts(Utils.loadProps(path));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** `0.ending`, `1.ending` and so on, as many as there are. */
    static List<String> numbered(String folder, String ending) {
        List<String> all = new ArrayList<>();
        for (int i = 0; new File(folder, i + ending).exists(); i++) all.add(new File(folder, i + ending).getPath());
        return all;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Object> defs = new LinkedHashMap<>();
        for (String name : List.of("Source", "Checkpoint", "Heartbeat")) {
            defs.put(name.toLowerCase(), keys(def(MIRROR + "Mirror" + name + "Config", "CONNECTOR_CONFIG_DEF")));
        }
        for (String name : List.of("Topic", "Group", "ConfigProperty")) {
            defs.put("filter" + name, keys(filterDef(MIRROR + "Default" + name + "Filter")));
        }
        Method maker = Class.forName(MIRROR + "MirrorMakerConfig").getDeclaredMethod("config");
        maker.setAccessible(true);
        defs.put("maker", keys((ConfigDef) maker.invoke(null)));
        defs.put("client", keys(def(MIRROR + "MirrorClientConfig", "CLIENT_CONFIG_DEF")));
        defs.put("consumer", keys(def("org.apache.kafka.clients.consumer.ConsumerConfig", "CONFIG")));
        defs.put("producer", keys(def("org.apache.kafka.clients.producer.ProducerConfig", "CONFIG")));
        defs.put("admin", keys(def("org.apache.kafka.clients.admin.AdminClientConfig", "CONFIG")));
        defs.put("worker", keys(workerDef()));
        List<Object> read = new ArrayList<>();
        List<Object> loaded = new ArrayList<>();
        for (String path : numbered(args[0], ".mm2")) read.add(file(path));
        for (String path : numbered(args[0], ".properties")) loaded.add(load(path));
        System.out.println(new ObjectMapper().writeValueAsString(Map.of("defs", defs, "files", read, "loaded", loaded)));
    }
}
