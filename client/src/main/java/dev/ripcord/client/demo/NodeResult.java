package dev.ripcord.client.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one call in one process.
 *
 * @param contextId the call's context, in hexadecimal
 * @param parentContextId its caller's context; empty if that is outside every tree
 * @param kind how its context ended; null if it did not before the work was done
 * @param code why, as far as the whole tree knows; null with {@code kind}
 * @param seenCode why, as far as this process alone was told; null with {@code kind}
 * @param told what else is known of why; null with {@code kind}
 * @param stoppedAfterMicros from the event at the edge to the handler's return; null if it has not
 *     returned
 */
record NodeResult(
    String service,
    String instance,
    long pid,
    String method,
    int depth,
    String contextId,
    String parentContextId,
    @Nullable String kind,
    @Nullable String code,
    @Nullable String seenCode,
    @Nullable Told told,
    @Nullable Long stoppedAfterMicros) {

  boolean isOf(String aService) {
    return service.equals(aService);
  }

  boolean isCut(String aKind, String aCode) {
    return aKind.equals(kind) && aCode.equals(code);
  }

  boolean hasStoppedWithin(long micros) {
    return stoppedAfterMicros != null && stoppedAfterMicros <= micros;
  }

  /** {@code Query} of {@code ripcord.services.db.v1.Db/Query}. */
  String shortMethod() {
    return method.substring(method.lastIndexOf('/') + 1);
  }

  Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("service", service);
    json.put("instance", instance);
    json.put("pid", pid);
    json.put("method", method);
    json.put("depth", depth);
    json.put("kind", kind);
    json.put("code", code);
    json.put("seen_code", seenCode);
    json.put("message", told == null ? null : told.message());
    json.put("origin", told == null ? null : told.origin());
    json.put("path", told == null ? null : told.path());
    json.put("stopped_after_us", stoppedAfterMicros);
    return json;
  }

  @Override
  public String toString() {
    return service
        + " "
        + shortMethod()
        + " "
        + kind
        + " "
        + code
        + " "
        + told
        + " after "
        + stoppedAfterMicros
        + " us";
  }
}
