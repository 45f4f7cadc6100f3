package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
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

  private final RequestId requestId;
  private final long contextId;
  private final @Nullable Long parentContextId;
  private final int depth;
  private final String method;
  private final @Nullable String callerService;
  private final @Nullable String callerInstance;
  private final OutgoingCalls calls = new OutgoingCalls();

  CallIdentity(CallerIdentity caller, String method) {
    this.requestId = caller.requestId();
    this.contextId = caller.contextId();
    this.parentContextId = caller.parentContextId();
    this.depth = caller.depth();
    this.callerService = caller.service();
    this.callerInstance = caller.instance();
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
    return requestId;
  }

  /** The name of this call's context, 16 hex digits; the caller made it. */
  public String contextId() {
    return ContextIds.toHex(contextId);
  }

  /**
   * The name of the context the caller itself was called with, 16 hex digits; null if nobody called
   * it.
   */
  public @Nullable String parentContextId() {
    return parentContextId == null ? null : ContextIds.toHex(parentContextId);
  }

  /** 0 for a call from outside every tree, one more per hop. */
  public int depth() {
    return depth;
  }

  /** {@code package.Service/Method}. */
  public String method() {
    return method;
  }

  /** The name of the service that called, as it says; null if it did not. */
  public @Nullable String callerService() {
    return callerService;
  }

  /** The instance of the service that called, as it says; null if it did not. */
  public @Nullable String callerInstance() {
    return callerInstance;
  }

  long contextIdBits() {
    return contextId;
  }

  @Nullable Long parentContextIdBits() {
    return parentContextId;
  }

  /** Where something began that the caller did; null if it did not say who it is. */
  Cancellation.@Nullable Origin callersOrigin() {
    return callerService == null
        ? null
        : new Cancellation.Origin(
            callerService, callerInstance == null ? "" : callerInstance, contextId(), "");
  }

  OutgoingCalls calls() {
    return calls;
  }

  @Override
  public String toString() {
    return requestId + "/" + contextId() + " " + method + " at depth " + depth;
  }
}
