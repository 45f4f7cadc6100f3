/**
 * Bindings: work that knows nothing of contexts stops when its context ends.
 *
 * <table>
 *   <caption>What stops what</caption>
 *   <tr><th>work that waits in</th><th>is stopped by</th></tr>
 *   <tr><td>{@code sleep}, {@code Future.get}, anything interruptible</td>
 *       <td>{@link dev.ripcord.bind.Interruptible}</td></tr>
 *   <tr><td>a lock, a semaphore, a condition, a queue</td><td>{@link dev.ripcord.bind.Locks}</td></tr>
 *   <tr><td>a socket, a channel, a stream, whatever can be closed</td>
 *       <td>{@link dev.ripcord.bind.Closeables}</td></tr>
 *   <tr><td>a process</td><td>{@link dev.ripcord.bind.Processes}</td></tr>
 *   <tr><td>an HTTP call</td><td>{@link dev.ripcord.bind.HttpCalls}</td></tr>
 *   <tr><td>a future</td><td>{@link dev.ripcord.bind.Futures}</td></tr>
 *   <tr><td>a loop that computes</td>
 *       <td>{@link dev.ripcord.Context#throwIfDone()} in each round, or in each thousandth</td></tr>
 * </table>
 *
 * <p>In all of them: work under a context that is done is not begun; work that its context's end
 * has stopped throws the {@link dev.ripcord.ContextException}, with what the work itself threw as
 * suppressed; work that finished all the same returns its result; when it is over, nothing of the
 * end reaches the thread's next work. What could not be stopped is said by a {@link
 * dev.ripcord.bind.NotStoppedException}, suppressed likewise. Arguments are never null.
 */
@NullMarked
package dev.ripcord.bind;

import org.jspecify.annotations.NullMarked;
