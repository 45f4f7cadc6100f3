package dev.ripcord.grpc.micrometer;

import dev.ripcord.grpc.Counters;
import dev.ripcord.grpc.Ripcord;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * Ripcord's numbers as meters: how many calls are live, how long it takes to stop what has ended,
 * what was spared, what does not stop. {@code docs/metrics.md} names them all.
 *
 * <pre>{@code
 * new RipcordMetrics(ripcord).bindTo(registry);
 * }</pre>
 *
 * <p>Counts are exact; times are those the registry keeps of what {@link
 * dev.ripcord.grpc.CallListener} is told. None of the numbers counts a cancel as a failure. Of what
 * callers can make up, reasons' codes and methods, only so many become tags; the rest is {@code
 * OTHER}.
 */
public final class RipcordMetrics implements MeterBinder {
  private final Ripcord ripcord;

  /** Those of {@code ripcord}. */
  public RipcordMetrics(Ripcord ripcord) {
    this.ripcord = Objects.requireNonNull(ripcord, "ripcord is null");
  }

  /** Once for each registry. The registry does not keep the ripcord alive. */
  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("ripcord.calls.live", ripcord, Ripcord::liveCalls)
        .description("Calls being handled, ended ones that have not stopped included")
        .register(registry);
    Gauge.builder("ripcord.work.overdue", ripcord, Ripcord::overdue)
        .description("What runs on now although its context has ended and the grace is over")
        .register(registry);
    skipped(registry, "handler", Counters::callsSkipped);
    skipped(registry, "task", Counters::tasksSkipped);
    detected(registry, "handler", Counters::overdueHandlers);
    detected(registry, "task", Counters::overdueTasks);
    detected(registry, "statement", Counters::overdueStatements);
    counter("ripcord.reasons.undelivered", Counters::reasonsUndelivered)
        .description("Calls ended here whose callees could not be told why")
        .register(registry);
    counter("ripcord.interrupts.sent", Counters::interruptsSent)
        .description("Threads interrupted because their call's context had ended")
        .register(registry);
    counter("ripcord.events.untold", Counters::eventsUntold)
        .description("What listeners were not told, being too slow; times and codes lack these")
        .register(registry);
    ripcord.listen(new StopMeters(registry));
  }

  private void skipped(MeterRegistry registry, String work, ToDoubleFunction<Counters> count) {
    counter("ripcord.work.skipped", count)
        .description("Work not begun, its context being done")
        .tag("work", work)
        .register(registry);
  }

  private void detected(MeterRegistry registry, String work, ToDoubleFunction<Counters> count) {
    counter("ripcord.work.overdue.detected", count)
        .description("What was found to run on when the grace was over")
        .tag("work", work)
        .register(registry);
  }

  private FunctionCounter.Builder<Counters> counter(String name, ToDoubleFunction<Counters> count) {
    return FunctionCounter.builder(name, ripcord.counters(), count);
  }
}
