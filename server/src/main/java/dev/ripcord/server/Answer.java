package dev.ripcord.server;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.grpc.CancellationStatus;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;

/**
 * Answers a unary call: with what the work returns, or with the status of what it throws.
 *
 * <pre>{@code
 * public void getKeys(GetKeysRequest request, StreamObserver<GetKeysReply> caller) {
 *   Answer.with(caller, () -> GetKeysReply.newBuilder().setJwks(keys.toJson()).build());
 * }
 * }</pre>
 */
public final class Answer {
  private Answer() {}

  /**
   * Runs {@code work} on this thread, in the current context, and tells {@code caller} how it
   * ended.
   *
   * @throws dev.ripcord.ContextException if a cancellation ended it, here or in a peer: let it out,
   *     it is the answer
   */
  public static <T> void with(StreamObserver<T> caller, Callable<T> work) {
    Context context = Context.current();
    T reply;
    try {
      reply = work.call();
    } catch (Exception e) {
      refuse(caller, context, e);
      return;
    }
    caller.onNext(reply);
    caller.onCompleted();
  }

  private static void refuse(StreamObserver<?> caller, Context context, Exception failure) {
    Cancellation why = CancellationStatus.of(failure);
    if (why != null) {
      // Whose ever it was, ours or a peer's: thrown, it closes the call with all its details.
      throw why.toException();
    }
    caller.onError(Failures.toStatus(context, failure));
  }
}
