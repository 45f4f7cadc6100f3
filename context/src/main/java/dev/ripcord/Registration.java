package dev.ripcord;

/**
 * The handle of an {@link Context#onDone onDone} action.
 *
 * <pre>{@code
 * Thread worker = Thread.currentThread();
 * Registration hook = ctx.onDone(c -> worker.interrupt());
 * try {
 *   work();
 * } finally {
 *   hook.stopOrJoin(); // no interrupt can reach what this thread does next
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
