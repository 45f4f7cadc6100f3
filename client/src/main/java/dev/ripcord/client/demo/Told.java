package dev.ripcord.client.demo;

import dev.ripcord.proto.v1.Cancellation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a cancellation says besides its code.
 *
 * @param message for people; may be empty
 * @param service where it began; empty if nobody said
 * @param instance which process of that service
 * @param principal who did it; may be empty
 * @param path the processes that passed it on, as {@code service/instance}, first to last
 */
record Told(String message, String service, String instance, String principal, List<String> path) {

  static Told of(Cancellation why) {
    return new Told(
        why.getReason().getMessage(),
        why.getOrigin().getService(),
        why.getOrigin().getInstance(),
        why.getOrigin().getPrincipal(),
        why.getPathList().stream().map(hop -> hop.getService() + "/" + hop.getInstance()).toList());
  }

  /** The same but for the way it came. */
  boolean agreesWith(Told other) {
    return message.equals(other.message) && origin().equals(other.origin());
  }

  /** Whether it says where it began. */
  boolean names() {
    return !service.isEmpty();
  }

  /** Whether the last process on the path is the node's. */
  boolean endsAt(NodeResult node) {
    return !path.isEmpty()
        && path.get(path.size() - 1).equals(node.service() + "/" + node.instance());
  }

  /** Whether it came by one process more. */
  boolean follows(Told before) {
    return path.size() == before.path.size() + 1
        && path.subList(0, before.path.size()).equals(before.path);
  }

  Map<String, Object> origin() {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("service", service);
    origin.put("instance", instance);
    origin.put("principal", principal);
    return origin;
  }
}
