package dev.ripcord.grpc;

import com.google.protobuf.ByteString;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Key;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which node of which tree a handler's context is. Every context derived from it answers the same,
 * also a detached one.
 *
 * <pre>{@code
 * CallIdentity call = CallIdentity.of(Context.current());
 * if (call != null) {
 *   log.info("{} asked for {}", call.callerService(), call.requestId());
 * }
 * }</pre>
 */
public final class CallIdentity {
  private static final Key<CallIdentity> KEY = Key.local("ripcord.call");
  private static final int LONGEST_DOING = 128;

  private final CallerIdentity caller;
  private final String method;
  private final OutgoingCalls calls = new OutgoingCalls();
  private final Calls handledBy;

  // Set before anybody else knows of this; null if the deadline, if any, was set here.
  private @Nullable Deadline inherited;
  private volatile @Nullable ByteString handedOn; // made by the first call that needs it

  private volatile String doing = ""; // said last

  CallIdentity(CallerIdentity caller, String method, Calls handledBy) {
    this.handledBy = handledBy;
    this.caller = caller;
    this.method = method;
  }

  /** The call that {@code context} belongs to, or null if it does not come from one. */
  public static @Nullable CallIdentity of(Context context) {
    return Objects.requireNonNull(context, "context is null").value(KEY);
  }

  Context in(Context context) {
    return context.withValue(KEY, this);
  }

  /** The name of the whole tree. */
  public RequestId requestId() {
    return caller.requestId();
  }

  /** The name of this call's context, 16 hex digits; the caller made it. */
  public String contextId() {
    return ContextIds.toHex(caller.contextId());
  }

  /**
   * The name of the context the caller itself was called with, 16 hex digits; null if nobody called
   * it.
   */
  public @Nullable String parentContextId() {
    Long parent = caller.parentContextId();
    return parent == null ? null : ContextIds.toHex(parent);
  }

  /** 0 for a call from outside every tree, one more per hop. */
  public int depth() {
    return caller.depth();
  }

  /** {@code package.Service/Method}. */
  public String method() {
    return method;
  }

  /** The name of the service that called, as it says; null if it did not. */
  public @Nullable String callerService() {
    return caller.service();
  }

  /** The instance of the service that called, as it says; null if it did not. */
  public @Nullable String callerInstance() {
    return caller.instance();
  }

  /**
   * Says what the call is at, for people who look on: {@code "query heavy_report"}. One line; of
   * more than {@value #LONGEST_DOING} bytes the rest is left out. Costs a write, and is worth no
   * string made for it where calls are many.
   */
  public void doing(String what) {
    doing = Text.bounded(Objects.requireNonNull(what, "what is null"), LONGEST_DOING);
    handledBy.doing(this);
  }

  /** What was said last; empty if nothing was. */
  public String doing() {
    return doing;
  }

  long contextIdBits() {
    return caller.contextId();
  }

  @Nullable Long parentContextIdBits() {
    return caller.parentContextId();
  }

  /** Where something began that the caller did; null if it did not say who it is. */
  Cancellation.@Nullable Origin callersOrigin() {
    String service = caller.service();
    return service == null
        ? null
        : new Cancellation.Origin(
            service, Objects.requireNonNullElse(caller.instance(), ""), contextId(), "");
  }

  /** The caller gave {@code deadline}. False if nobody knows who that is. */
  boolean inherits(Deadline deadline) {
    if (caller.service() == null) {
      return false;
    }
    inherited = deadline;
    return true;
  }

  boolean inheritsDeadline() {
    return inherited != null;
  }

  /** Where the inherited deadline comes from. */
  DeadlineWay deadlineWay() {
    return new DeadlineWay(
        Objects.requireNonNull(caller.service()),
        Objects.requireNonNullElse(caller.instance(), ""),
        caller.parentContextId(),
        caller.deadline());
  }

  /** For a call that is given {@code deadline}; null unless that is the one the caller gave. */
  @Nullable ByteString deadlineHandedOn(@Nullable Deadline deadline, Self self) {
    Deadline callers = inherited;
    if (deadline == null || callers == null || !deadline.equals(callers)) {
      return null;
    }
    ByteString made = handedOn;
    if (made == null) {
      made = deadlineWay().handedOn(CallerIdentity.roomForDeadline(self));
      handedOn = made;
    }
    return made;
  }

  /** Those among which it is, or was. */
  Calls handledBy() {
    return handledBy;
  }

  OutgoingCalls calls() {
    return calls;
  }

  @Override
  public String toString() {
    return requestId() + "/" + contextId() + " " + method + " at depth " + depth();
  }
}
