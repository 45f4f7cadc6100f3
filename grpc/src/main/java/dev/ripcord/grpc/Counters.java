package dev.ripcord.grpc;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What was dropped or skipped since the start, without a word in any log, and what came by. Any
 * thread may read at any time.
 */
public final class Counters {

  enum Event {
    IDS_DROPPED,
    VALUES_DROPPED,
    FOREIGN_VALUES_DROPPED,
    DETAILS_DROPPED,
    CALLS_SKIPPED,
    TASKS_SKIPPED,
    FAILURES_AFTER_END,
    OVERDUE_HANDLERS,
    OVERDUE_TASKS,
    OVERDUE_STATEMENTS,
    INTERRUPTS_SENT,
    EVENTS_UNTOLD,
    REASONS_UNDELIVERED,
    REASONS_EARLY,
    REASONS_FORGOTTEN,
    CONTROL_MESSAGES_DROPPED,
    CONTROL_STREAMS_ACCEPTED,
    CONTROL_STREAMS_REFUSED,
    CONTROL_STREAMS_CUT,
    CONTROL_STREAMS_GAVE_WAY,
    CONTROL_STREAMS_UNUSED
  }

  /** Hears of what is counted. */
  interface Told {
    void counted(Event event, long times);
  }

  private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);
  private final Told told;

  Counters(Told told) {
    this.told = told;
    for (Event event : Event.values()) {
      counts.put(event, new LongAdder());
    }
  }

  void count(Event event) {
    count(event, 1);
  }

  void count(Event event, long times) {
    adder(event).add(times);
    told.counted(event, times);
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

  /** Tasks below calls whose context had ended before they were begun, so that they never were. */
  public long tasksSkipped() {
    return adder(Event.TASKS_SKIPPED).sum();
  }

  /** Exceptions that handlers threw because, or at least after, their context had ended. */
  public long failuresAfterEnd() {
    return adder(Event.FAILURES_AFTER_END).sum();
  }

  /** Handlers that still ran when the grace after their context's end was over. */
  public long overdueHandlers() {
    return adder(Event.OVERDUE_HANDLERS).sum();
  }

  /** Tasks below calls that still ran when that grace was over. */
  public long overdueTasks() {
    return adder(Event.OVERDUE_TASKS).sum();
  }

  /** Statements of calls that still ran when that grace was over. */
  public long overdueStatements() {
    return adder(Event.OVERDUE_STATEMENTS).sum();
  }

  /** Threads that were interrupted because their call's context had ended. */
  public long interruptsSent() {
    return adder(Event.INTERRUPTS_SENT).sum();
  }

  /** What {@link CallListener}s were not told, too much being untold already. */
  public long eventsUntold() {
    return adder(Event.EVENTS_UNTOLD).sum();
  }

  /**
   * Calls ended here whose callees could not be told why: no control stream was there (yet),
   * streams were scarce, or the callee knows none. Their streams were reset at once.
   */
  public long reasonsUndelivered() {
    return adder(Event.REASONS_UNDELIVERED).sum();
  }

  /** Reasons that came before their call, or after it had ended, and were kept for a while. */
  public long reasonsEarly() {
    return adder(Event.REASONS_EARLY).sum();
  }

  /** Reasons that were kept and thrown away, too many being kept. */
  public long reasonsForgotten() {
    return adder(Event.REASONS_FORGOTTEN).sum();
  }

  /** Messages on control streams that were malformed, oversized, too many or out of turn. */
  public long controlMessagesDropped() {
    return adder(Event.CONTROL_MESSAGES_DROPPED).sum();
  }

  /** Control streams of callers that said Hello. */
  public long controlStreamsAccepted() {
    return adder(Event.CONTROL_STREAMS_ACCEPTED).sum();
  }

  /** Control streams of callers that were not accepted. */
  public long controlStreamsRefused() {
    return adder(Event.CONTROL_STREAMS_REFUSED).sum();
  }

  /** Control streams of callers that were closed for what came on them. */
  public long controlStreamsCut() {
    return adder(Event.CONTROL_STREAMS_CUT).sum();
  }

  /** Control streams to callees that were ended for a call to have their stream. */
  public long controlStreamsGaveWay() {
    return adder(Event.CONTROL_STREAMS_GAVE_WAY).sum();
  }

  /** Control streams to callees that came to be on a connection that had one. */
  public long controlStreamsUnused() {
    return adder(Event.CONTROL_STREAMS_UNUSED).sum();
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
