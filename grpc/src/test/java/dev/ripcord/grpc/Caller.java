package dev.ripcord.grpc;

import dev.ripcord.Context;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One call, made without blocking, and how it ended for its caller. */
final class Caller {
  private final ClientCall<String, String> call;
  private final CompletableFuture<Status> status = new CompletableFuture<>();

  private Caller(ClientCall<String, String> call) {
    this.call = call;
  }

  static Caller unary(Channel channel, @Nullable Context context) {
    return unary(channel, context, "wait");
  }

  static Caller unary(Channel channel, @Nullable Context context, String request) {
    return start(channel, Strings.UNARY, context, request);
  }

  static Caller start(
      Channel channel,
      MethodDescriptor<String, String> method,
      @Nullable Context context,
      String request) {
    return start(channel, method, context, request, CallOptions.DEFAULT);
  }

  static Caller start(
      Channel channel,
      MethodDescriptor<String, String> method,
      @Nullable Context context,
      String request,
      CallOptions given) {
    CallOptions options = context == null ? given : given.withOption(Ripcord.CONTEXT, context);
    Caller caller = new Caller(channel.newCall(method, options));
    caller.start(request, method.getType().clientSendsOneMessage());
    return caller;
  }

  private void start(String request, boolean halfClose) {
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status end, Metadata trailers) {
            if (!status.complete(end)) {
              throw new IllegalStateException("closed twice");
            }
          }
        },
        new Metadata());
    call.request(Integer.MAX_VALUE);
    call.sendMessage(request);
    if (halfClose) {
      call.halfClose();
    }
  }

  ClientCall<String, String> call() {
    return call;
  }

  boolean isClosed() {
    return status.isDone();
  }

  Status status() throws InterruptedException, ExecutionException, TimeoutException {
    return status.get(Station.LONG.toSeconds(), TimeUnit.SECONDS);
  }
}
