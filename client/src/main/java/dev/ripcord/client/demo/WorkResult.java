package dev.ripcord.client.demo;

import dev.ripcord.services.v1.Work;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Something a process does, or did, for a request besides handling its call.
 *
 * @param sort what it is
 * @param service where
 * @param name the query, the lock, the program
 * @param pid of a child process; otherwise null
 * @param stoppedAfterMicros from the event at the edge to the end of the work itself, which is
 *     neither that of its context nor that of its handler; null if it goes on
 */
record WorkResult(
    Work.Kind sort,
    String service,
    String name,
    @Nullable Long pid,
    @Nullable Long stoppedAfterMicros) {

  static WorkResult of(String service, Work work, long eventNanos) {
    long stopped = work.getStoppedMonotonicNs();
    return new WorkResult(
        work.getKind(),
        service,
        work.getName(),
        work.getPid() == 0 ? null : work.getPid(),
        stopped == 0 ? null : TimeUnit.NANOSECONDS.toMicros(stopped - eventNanos));
  }

  /** {@code sql}. */
  String kind() {
    return sort.name().toLowerCase(Locale.ROOT);
  }

  /** By kind. */
  int order() {
    return sort.getNumber();
  }

  boolean isOf(String aService, Work.Kind aSort) {
    return service.equals(aService) && sort == aSort;
  }

  boolean goesOn() {
    return stoppedAfterMicros == null;
  }

  boolean hasStoppedWithin(long micros) {
    return stoppedAfterMicros != null && stoppedAfterMicros <= micros;
  }

  /** The child process, if it is one and is there. */
  Stream<ProcessHandle> process() {
    return pid == null ? Stream.empty() : ProcessHandle.of(pid).stream();
  }

  Map<String, @Nullable Object> toJson() {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", kind());
    json.put("service", service);
    json.put("name", name);
    json.put("pid", pid);
    json.put("stopped_after_us", stoppedAfterMicros);
    return json;
  }
}
