package dev.ripcord.grpc.micrometer;

import dev.ripcord.Reason;
import dev.ripcord.grpc.CallListener;
import dev.ripcord.grpc.EndedWork;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What there is one of for each method or code. Told on one thread. */
final class StopMeters implements CallListener {
  private static final String OTHER = "OTHER";
  private static final int MOST_METHODS = 200;
  private static final Set<String> CODES =
      Set.of(
          Reason.USER_CANCELED.code(),
          Reason.CLIENT_CANCELED.code(),
          Reason.DEADLINE.code(),
          Reason.SIBLING_FAILED.code(),
          Reason.SUPERSEDED.code(),
          Reason.ADMIN.code(),
          Reason.AUTH_REVOKED.code(),
          Reason.SHUTDOWN.code(),
          Reason.CONNECTION_LOST.code());

  /** From what one hopes for to what one is woken for. */
  private static final Duration[] BOUNDS =
      java.util.stream.LongStream.of(
              1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private record Place(EndedWork.Kind kind, String method) {}

  private final MeterRegistry registry;
  private final Map<Place, Timer> stops = new HashMap<>();
  private final Map<String, Counter> ended = new HashMap<>();
  private final Timer callees;

  StopMeters(MeterRegistry registry) {
    this.registry = registry;
    this.callees =
        timer("ripcord.callee.stop.duration")
            .description(
                "From a call's end here to its handler's return at the callee, as reported")
            .register(registry);
  }

  private static Timer.Builder timer(String name) {
    return Timer.builder(name).serviceLevelObjectives(BOUNDS);
  }

  @Override
  public void stopped(EndedWork work, Duration took) {
    stops.computeIfAbsent(new Place(work.kind(), method(work)), this::stopTimer).record(took);
    if (work.kind() == EndedWork.Kind.HANDLER) {
      String code = work.why().reason().code();
      ended.computeIfAbsent(CODES.contains(code) ? code : OTHER, this::endedCounter).increment();
    }
  }

  /** Anybody can call methods that do not exist. */
  private String method(EndedWork work) {
    String method = work.call().method();
    boolean known = stops.containsKey(new Place(work.kind(), method));
    return known || stops.size() < MOST_METHODS ? method : OTHER;
  }

  private Timer stopTimer(Place place) {
    return timer("ripcord.stop.duration")
        .description("From the end of a context to the return of what ran under it")
        .tag("work", place.kind.name().toLowerCase(Locale.ROOT))
        .tag("method", place.method)
        .register(registry);
  }

  private Counter endedCounter(String code) {
    return Counter.builder("ripcord.calls.ended")
        .description("Calls whose context ended before their handler had returned")
        .tag("code", code)
        .register(registry);
  }

  @Override
  public void calleeStopped(Duration took) {
    callees.record(took);
  }
}
