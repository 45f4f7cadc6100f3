package dev.ripcord.grpc;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was dropped or skipped since the start, without a word in any log. Any thread may read at
 * any time.
 */
public final class Counters {

  enum Event {
    IDS_DROPPED,
    VALUES_DROPPED,
    FOREIGN_VALUES_DROPPED,
    DETAILS_DROPPED,
    CALLS_SKIPPED,
    FAILURES_AFTER_END,
    OVERDUE_HANDLERS
  }

  private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

  Counters() {
    for (Event event : Event.values()) {
      counts.put(event, new LongAdder());
    }
  }

  void count(Event event) {
    adder(event).increment();
  }

  private LongAdder adder(Event event) {
    LongAdder adder = counts.get(event);
    if (adder == null) {
      throw new AssertionError(event);
    }
    return adder;
  }

  /**
   * Headers naming a caller's context that were malformed, oversized, doubled or came from somebody
   * not trusted.
   */
  public long idsDropped() {
    return adder(Event.IDS_DROPPED).sum();
  }

  /**
   * Values of declared keys that were malformed, oversized, doubled, too many, or came from
   * somebody not trusted.
   */
  public long valuesDropped() {
    return adder(Event.VALUES_DROPPED).sum();
  }

  /**
   * Values of keys not declared here that were not passed through, for the same causes or for want
   * of room.
   */
  public long foreignValuesDropped() {
    return adder(Event.FOREIGN_VALUES_DROPPED).sum();
  }

  /** Cancellations in a callee's answer that could not be read. */
  public long detailsDropped() {
    return adder(Event.DETAILS_DROPPED).sum();
  }

  /** Calls whose context had ended before their handler was begun, so that it never was. */
  public long callsSkipped() {
    return adder(Event.CALLS_SKIPPED).sum();
  }

  /** Exceptions that handlers threw because, or at least after, their context had ended. */
  public long failuresAfterEnd() {
    return adder(Event.FAILURES_AFTER_END).sum();
  }

  /** Handlers that still ran when the grace after their context's end was over. */
  public long overdueHandlers() {
    return adder(Event.OVERDUE_HANDLERS).sum();
  }

  /** All of them by name, sorted; a copy. */
  public Map<String, Long> asMap() {
    Map<String, Long> all = new TreeMap<>();
    counts.forEach(
        (event, adder) -> all.put(event.name().toLowerCase(java.util.Locale.ROOT), adder.sum()));
    return Collections.unmodifiableMap(all);
  }

  @Override
  public String toString() {
    return "Counters" + asMap();
  }
}
