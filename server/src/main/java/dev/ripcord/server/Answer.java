package dev.ripcord.server;

import dev.ripcord.Context;
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
   */
  public static <T> void with(StreamObserver<T> caller, Callable<T> work) {
    Context context = Context.current();
    T reply;
    try {
      reply = work.call();
    } catch (Exception e) {
      caller.onError(Failures.toStatus(context, e));
      return;
    }
    caller.onNext(reply);
    caller.onCompleted();
  }
}
