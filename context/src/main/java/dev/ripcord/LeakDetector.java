package dev.ripcord;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds scopes and task groups that somebody forgot: a {@link CancelScope} that became garbage
 * while its context was live and had listeners, a {@link TaskGroup} that became garbage with tasks
 * that nobody joined. Off unless asked for, by {@code -Dripcord.leaks=100} (watch one in a hundred,
 * log what is found) or by
 *
 * <pre>{@code
 * LeakDetector.start(1, leak -> found.add(leak)); // in tests: watch all
 * }</pre>
 *
 * <p>Each place in the code is reported once, however much it forgets. A leak is found when the
 * garbage collector finds it; nothing that is still reachable is one. What has ended, through its
 * parent or its deadline for instance, and what nobody listens to costs nothing to forget, and is
 * no leak.
 *
 * <p>Watched scopes remember the stack that created them: watch one in hundreds where scopes are
 * made by the hundred thousand. Any thread may call any method.
 */
public final class LeakDetector {
  private static final String PROPERTY = "ripcord.leaks";
  private static final int MOST_PLACES = 1_000;

  private static volatile @Nullable LeakDetector active = fromProperty();

  private final int oneIn;
  private final Consumer<? super Leak> report;
  private final Set<List<StackTraceElement>> places = ConcurrentHashMap.newKeySet();
  private final AtomicInteger watching = new AtomicInteger();

  private LeakDetector(int oneIn, Consumer<? super Leak> report) {
    this.oneIn = oneIn;
    this.report = report;
  }

  /** Watches one in {@code oneIn} from now on, and logs leaks as warnings. */
  public static void start(int oneIn) {
    start(oneIn, LeakDetector::log);
  }

  /**
   * Watches one in {@code oneIn} of what is made from now on; what was watched before is let go.
   *
   * @param report is given each leak, on a thread that does nothing else
   * @throws IllegalArgumentException if {@code oneIn} is not positive
   */
  public static void start(int oneIn, Consumer<? super Leak> report) {
    Objects.requireNonNull(report, "report is null");
    if (oneIn < 1) {
      throw new IllegalArgumentException("oneIn is not positive: " + oneIn);
    }
    active = new LeakDetector(oneIn, report);
  }

  /** Watches nothing any more, and reports nothing that was watched. */
  public static void stop() {
    active = null;
  }

  /** The watch for what is being made now; null for most, and always while the detector is off. */
  static @Nullable Watch sample(Leak.Kind kind) {
    LeakDetector detector = active;
    return detector == null ? null : detector.draw(kind);
  }

  private @Nullable Watch draw(Leak.Kind kind) {
    return ThreadLocalRandom.current().nextInt(oneIn) == 0 ? new Watch(this, kind) : null;
  }

  /** How many watched objects have not been collected; for tests. */
  static int watching() {
    LeakDetector detector = active;
    return detector == null ? 0 : detector.watching.get();
  }

  void watched() {
    watching.incrementAndGet();
  }

  void collected() {
    watching.decrementAndGet();
  }

  void found(Leak leak) {
    if (active != this || places.size() >= MOST_PLACES) {
      return;
    }
    if (places.add(List.of(leak.createdAt().getStackTrace()))) {
      report.accept(leak);
    }
  }

  private static void log(Leak leak) {
    System.getLogger(LeakDetector.class.getName())
        .log(Level.WARNING, leak.toString(), leak.createdAt());
  }

  /** A value that is no positive number is no reason to fail: it is said, and the detector off. */
  private static @Nullable LeakDetector fromProperty() {
    String value = System.getProperty(PROPERTY);
    if (value == null) {
      return null;
    }
    try {
      int oneIn = Integer.parseInt(value.trim());
      if (oneIn > 0) {
        return new LeakDetector(oneIn, LeakDetector::log);
      }
    } catch (NumberFormatException notANumber) {
      // Said below.
    }
    System.getLogger(LeakDetector.class.getName())
        .log(
            Level.WARNING,
            "-D" + PROPERTY + "=" + value + ": not a positive number; watching nothing");
    return null;
  }
}
