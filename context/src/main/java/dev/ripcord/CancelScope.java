package dev.ripcord;

import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The right to end one subtree. Closing it twice is harmless; forgetting it costs only the memory
 * of its listeners, and a {@link LeakDetector} finds the place.
 *
 * <pre>{@code
 * try (CancelScope scope = parent.withCancel()) {
 *   startWork(scope.context());
 *   if (userPressedCancel()) {
 *     scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
 *   }
 * } // everything below has ended here
 * }</pre>
 *
 * <p>Any thread may call any method. When a {@code cancel} or {@code close} returns, whether it won
 * or lost a race, no observer can see a live context below this scope any more.
 */
public final class CancelScope implements AutoCloseable {
  private final CancelNode context;

  CancelScope(CancelNode context) {
    this.context = context;
  }

  /** The scope of {@code context}, which is new: perhaps a watched one. */
  static CancelScope of(CancelNode context) {
    Watch watch = LeakDetector.sample(Leak.Kind.SCOPE);
    return watch == null ? new CancelScope(context) : watch.scopeOf(context);
  }

  /** The context that this scope ends. It gives no way back to the scope. */
  public Context context() {
    return context;
  }

  /**
   * Ends the context without a particular reason. Returns true if this call ended it, false if it
   * was done already.
   */
  public boolean cancel() {
    return end(null, null);
  }

  /**
   * Ends the context for {@code why}; null is a plain {@link #cancel()}. Returns true if this call
   * ended it.
   */
  public boolean cancel(@Nullable Reason why) {
    return end(why, null);
  }

  /**
   * Ends the context because of {@code cause}, which stays in this process; its reason is {@link
   * Reason#CLIENT_CANCELED} with the cause's text. Null is a plain {@link #cancel()}. Returns true
   * if this call ended it.
   */
  public boolean cancel(@Nullable Throwable cause) {
    return end(
        cause == null ? null : Reason.CLIENT_CANCELED.withMessage(Objects.toString(cause)), cause);
  }

  /**
   * Ends the context with a cancellation that was made elsewhere, for instance received from a peer
   * or taken from another context. Returns true if this call ended it.
   */
  public boolean cancel(Cancellation as) {
    try {
      return context.cancel(Objects.requireNonNull(as, "as is null"));
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /** {@link #cancel()}: ends what is left and releases everything. */
  @Override
  public void close() {
    end(null, null);
  }

  private boolean end(@Nullable Reason why, @Nullable Throwable cause) {
    try {
      return context.cancel(why, cause);
    } finally {
      Reference.reachabilityFence(this); // not forgotten before it has ended: see Watch
    }
  }

  @Override
  public String toString() {
    return "CancelScope[" + context + "]";
  }
}
