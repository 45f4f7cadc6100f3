package dev.ripcord;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a context is done. Immutable; made once per end and shared by everything that ended with it.
 *
 * <pre>{@code
 * Cancellation c = ctx.cancellation();
 * if (c != null && c.reason().hasCodeOf(Reason.SHUTDOWN)) {
 *   retryElsewhere();
 * }
 * }</pre>
 */
public final class Cancellation {

  /** The two ways to end. A reason never changes the kind. */
  public enum Kind {
    /** Somebody ended it. */
    CANCELED,
    /** Its deadline struck. */
    DEADLINE_EXCEEDED
  }

  /**
   * Where a cancellation began.
   *
   * @param service the service's name
   * @param instance the instance of it
   * @param contextId the context that was ended first, or empty
   * @param principal the person or account that ended it, or empty
   */
  public record Origin(String service, String instance, String contextId, String principal) {
    /** Null-checks. */
    public Origin {
      Objects.requireNonNull(service, "service is null");
      Objects.requireNonNull(instance, "instance is null");
      Objects.requireNonNull(contextId, "contextId is null");
      Objects.requireNonNull(principal, "principal is null");
    }

    @Override
    public String toString() {
      String where = service + "/" + instance;
      return principal.isEmpty() ? where : principal + " at " + where;
    }
  }

  /**
   * One process that passed a cancellation on.
   *
   * @param service the service's name
   * @param instance the instance of it
   * @param age how old the cancellation was when it came by
   */
  public record Hop(String service, String instance, Duration age) {
    /** Null-checks. */
    public Hop {
      Objects.requireNonNull(service, "service is null");
      Objects.requireNonNull(instance, "instance is null");
      Objects.requireNonNull(age, "age is null");
    }

    @Override
    public String toString() {
      return service + "/" + instance;
    }
  }

  private static final VarHandle AT;

  static {
    try {
      AT = MethodHandles.lookup().findVarHandle(Cancellation.class, "at", Instant.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Kind kind;
  private final Reason reason;
  private final @Nullable Throwable cause;
  private final @Nullable Origin origin;
  private final List<Hop> path;
  private final TimeSource time;
  private final long nanos;
  // True for a plain cancel nobody was watching: it came before anything it could be compared with.
  private final boolean unwatched;
  private volatile @Nullable Instant at; // computed at the first look, then fixed
  private @Nullable String text; // likewise; whoever races makes the same

  private Cancellation(
      Kind kind,
      Reason reason,
      @Nullable Throwable cause,
      @Nullable Origin origin,
      List<Hop> path,
      TimeSource time,
      long nanos,
      boolean unwatched,
      @Nullable Instant at) {
    this.kind = kind;
    this.reason = reason;
    this.cause = cause;
    this.origin = origin;
    this.path = path;
    this.time = time;
    this.nanos = nanos;
    this.unwatched = unwatched;
    this.at = at;
  }

  /**
   * A cancellation made now, for contexts of your own; null {@code why} means {@link
   * Reason#CLIENT_CANCELED}.
   */
  public static Cancellation canceled(@Nullable Reason why, @Nullable Throwable cause) {
    TimeSource time = TimeSource.system();
    return canceled(why, cause, time, time.nanoTime());
  }

  /**
   * A deadline that strikes now, for contexts of your own; null {@code why} means {@link
   * Reason#DEADLINE}.
   */
  public static Cancellation deadlineExceeded(@Nullable Reason why) {
    TimeSource time = TimeSource.system();
    return expired(why == null ? Reason.DEADLINE : why, time, time.nanoTime());
  }

  static Cancellation canceled(
      @Nullable Reason why, @Nullable Throwable cause, TimeSource time, long nanos) {
    Reason reason = why == null ? Reason.CLIENT_CANCELED : why;
    return new Cancellation(
        Kind.CANCELED, reason, cause, null, List.of(), time, nanos, false, null);
  }

  static Cancellation unwatched(TimeSource time) {
    return new Cancellation(
        Kind.CANCELED,
        Reason.CLIENT_CANCELED,
        null,
        null,
        List.of(),
        time,
        time.nanoTime(),
        true,
        null);
  }

  static Cancellation expired(Reason why, TimeSource time, long nanos) {
    return new Cancellation(
        Kind.DEADLINE_EXCEEDED, why, null, null, List.of(), time, nanos, false, null);
  }

  /** This cancellation with another origin. */
  public Cancellation withOrigin(Origin newOrigin) {
    Objects.requireNonNull(newOrigin, "newOrigin is null");
    return new Cancellation(kind, reason, cause, newOrigin, path, time, nanos, unwatched, at);
  }

  /** This cancellation with another path. */
  public Cancellation withPath(List<Hop> newPath) {
    return new Cancellation(
        kind, reason, cause, origin, List.copyOf(newPath), time, nanos, unwatched, at);
  }

  /**
   * This cancellation as having happened at {@code newAt} on somebody's wall clock. Shown to
   * people, decides nothing.
   */
  public Cancellation withAt(Instant newAt) {
    Objects.requireNonNull(newAt, "newAt is null");
    return new Cancellation(kind, reason, cause, origin, path, time, nanos, unwatched, newAt);
  }

  /** This cancellation as one that came here at {@code nanos}; {@link #at} stays what it was. */
  Cancellation arriving(TimeSource here, long nanos) {
    return new Cancellation(kind, reason, cause, origin, path, here, nanos, false, at());
  }

  /** How it ended. */
  public Kind kind() {
    return kind;
  }

  /** Why it ended. */
  public Reason reason() {
    return reason;
  }

  /** The local exception that was given as cause, or null. It never leaves the process. */
  public @Nullable Throwable cause() {
    return cause;
  }

  /** Where it began, or null if in this process and nobody said. */
  public @Nullable Origin origin() {
    return origin;
  }

  /**
   * When it began, by the wall clock of where it began. A plain {@code cancel()} that nobody
   * listened for is dated when it is first looked at.
   */
  public Instant at() {
    Instant known = at;
    if (known == null) {
      Instant computed = time.now().minusNanos(time.nanoTime() - nanos);
      known = AT.compareAndSet(this, null, computed) ? computed : Objects.requireNonNull(at);
    }
    return known;
  }

  /** How long ago it reached this process, by the monotonic clock. */
  public Duration age() {
    return Duration.ofNanos(Math.max(0, time.nanoTime() - nanos));
  }

  /** The processes that passed it on, first to last; empty for one that began here. */
  public List<Hop> path() {
    return path;
  }

  /**
   * A new exception that carries this cancellation: {@link CanceledException} or {@link
   * DeadlineExceededException}.
   */
  public ContextException toException() {
    return kind == Kind.CANCELED
        ? new CanceledException(this)
        : new DeadlineExceededException(this);
  }

  /**
   * The same without a stack trace: to be the cause of another exception, which says where. Where a
   * context's end meets many calls at once, the traces would be most of what it costs.
   */
  public ContextException toCause() {
    return kind == Kind.CANCELED
        ? new CanceledException.Untraced(this)
        : new DeadlineExceededException.Untraced(this);
  }

  /**
   * Whether this came after a deadline at {@code instantNanos} of {@code clock}. A cancel at that
   * very instant did: the deadline had struck by then.
   */
  boolean isAfter(TimeSource clock, long instantNanos) {
    if (unwatched || time != clock) {
      return false;
    }
    long later = nanos - instantNanos;
    return later > 0 || (later == 0 && kind == Kind.CANCELED);
  }

  @Override
  public String toString() {
    String known = text;
    if (known == null) {
      known = inWords();
      text = known;
    }
    return known;
  }

  private String inWords() {
    StringBuilder words = new StringBuilder().append(kind).append(": ").append(reason);
    if (origin != null) {
      words.append(" by ").append(origin);
    }
    for (int i = 0; i < path.size(); i++) {
      words.append(i == 0 ? ": " : " -> ").append(path.get(i));
    }
    return words.toString();
  }
}
