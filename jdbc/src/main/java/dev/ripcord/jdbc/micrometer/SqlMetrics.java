package dev.ripcord.jdbc.micrometer;

import dev.ripcord.Cancellation;
import dev.ripcord.jdbc.SqlListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.LongStream;

/**
 * What becomes of SQL whose context has ended, as meters: how long it takes to stop, how much was
 * cut, how much was spared. {@code docs/metrics.md} names them.
 *
 * <pre>{@code
 * DataSource dataSource = ContextDataSource.wrap(pool).telling(new SqlMetrics(registry));
 * }</pre>
 */
public final class SqlMetrics implements SqlListener {
  private static final Duration[] BOUNDS =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final Timer stops;
  private final Counter cut;
  private final Counter skipped;
  private final Counter waitedInVain;

  /** Registers the meters. */
  public SqlMetrics(MeterRegistry registry) {
    stops =
        Timer.builder("ripcord.sql.stop.duration")
            .description("From the end of a context to the return of what was executed under it")
            .serviceLevelObjectives(BOUNDS)
            .register(registry);
    cut = counter(registry, "ripcord.sql.cut", "SQL given up because its context had ended");
    skipped = counter(registry, "ripcord.sql.skipped", "SQL not sent, its context being done");
    waitedInVain =
        counter(
            registry,
            "ripcord.sql.waits.ended",
            "Waits for a connection that ended with their context");
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(name).description(description).register(registry);
  }

  @Override
  public void stopped(Cancellation why, Duration took, boolean wasCut) {
    stops.record(took);
    if (wasCut) {
      cut.increment();
    }
  }

  @Override
  public void skipped(Cancellation why) {
    skipped.increment();
  }

  @Override
  public void waitedInVain(Cancellation why) {
    waitedInVain.increment();
  }
}
