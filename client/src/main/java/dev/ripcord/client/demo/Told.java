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

  Map<String, Object> origin() {
    Map<String, Object> origin = new LinkedHashMap<>();
    origin.put("service", service);
    origin.put("instance", instance);
    origin.put("principal", principal);
    return origin;
  }
}
