package dev.ripcord.server.page;

import dev.ripcord.proto.v1.CountersReply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all instances together have counted since the step before. Used by one thread. */
final class Counted {
  private final Map<String, Map<String, Long>> before = new HashMap<>(); // by instance

  /** How many more of {@code names} there are; null if no instance has told. */
  @Nullable Long more(List<Watching.Instance> instances, String... names) {
    Long more = null;
    for (Watching.Instance instance : instances) {
      CountersReply who = instance.who();
      if (who == null) {
        continue;
      }
      Map<String, Long> now = who.getCountsMap();
      // What one had counted before it was first heard of is not of this step.
      Map<String, Long> then = before.getOrDefault(keyOf(instance.address(), who), now);
      long sum = 0;
      for (String name : names) {
        sum += now.getOrDefault(name, 0L) - then.getOrDefault(name, 0L);
      }
      more = more == null ? sum : more + sum;
    }
    return more;
  }

  /** The next step begins. */
  void step(List<Watching.Instance> instances) {
    for (Watching.Instance instance : instances) {
      CountersReply who = instance.who();
      if (who != null) {
        before.put(keyOf(instance.address(), who), who.getCountsMap());
      }
    }
  }

  private static String keyOf(String address, CountersReply who) {
    return address + " " + who.getInstance() + " " + who.getPid();
  }
}
