package dev.ripcord;

/**
 * The handle of an {@link Context#onDone onDone} action.
 *
 * <pre>{@code
 * Registration hook = ctx.onDone(c -> socket.close());
 * try {
 *   read(socket);
 * } finally {
 *   hook.stopOrJoin(); // nothing of the cancel can reach the socket's next user
 * }
 * }</pre>
 */
public interface Registration {

  /**
   * Calls the action off. True only for the call that prevented it: false if it was started, or
   * stopped before. Never waits; frees the memory at once.
   */
  boolean stop();

  /**
   * {@link #stop()}, and if the action was started (queued counts), waits for it to return. From
   * inside the action itself it returns at once. An interrupt meanwhile is kept for after.
   */
  boolean stopOrJoin();
}
