package dev.ripcord.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Every way to make a call: the stubs gRPC generates, and the kinds of methods they are for. */
enum Way {
  BLOCKING_UNARY(Strings.UNARY) {
    @Override
    String call(Channel channel, CallOptions options) {
      return ClientCalls.blockingUnaryCall(channel, Strings.UNARY, options, "go");
    }
  },
  BLOCKING_SERVER_STREAM(Strings.SERVER_STREAM) {
    @Override
    String call(Channel channel, CallOptions options) {
      Iterator<String> answers =
          ClientCalls.blockingServerStreamingCall(channel, Strings.SERVER_STREAM, options, "go");
      return answers.next();
    }
  },
  FUTURE_UNARY(Strings.UNARY) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      return get(ClientCalls.futureUnaryCall(channel.newCall(Strings.UNARY, options), "go"));
    }
  },
  ASYNC_UNARY(Strings.UNARY) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      Answer answer = new Answer();
      ClientCalls.asyncUnaryCall(channel.newCall(Strings.UNARY, options), "go", answer);
      return get(answer.first);
    }
  },
  ASYNC_SERVER_STREAM(Strings.SERVER_STREAM) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      Answer answer = new Answer();
      ClientCalls.asyncServerStreamingCall(
          channel.newCall(Strings.SERVER_STREAM, options), "go", answer);
      return get(answer.first);
    }
  },
  ASYNC_CLIENT_STREAM(Strings.CLIENT_STREAM) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      Answer answer = new Answer();
      StreamObserver<String> requests =
          ClientCalls.asyncClientStreamingCall(
              channel.newCall(Strings.CLIENT_STREAM, options), answer);
      requests.onNext("go");
      return get(answer.first);
    }
  },
  ASYNC_BIDI(Strings.BIDI) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      Answer answer = new Answer();
      StreamObserver<String> requests =
          ClientCalls.asyncBidiStreamingCall(channel.newCall(Strings.BIDI, options), answer);
      requests.onNext("go");
      return get(answer.first);
    }
  },
  BLOCKING_V2_UNARY(Strings.UNARY) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      return ClientCalls.blockingV2UnaryCall(channel, Strings.UNARY, options, "go");
    }
  },
  BLOCKING_V2_SERVER_STREAM(Strings.SERVER_STREAM) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      return read(
          ClientCalls.blockingV2ServerStreamingCall(channel, Strings.SERVER_STREAM, options, "go"));
    }
  },
  BLOCKING_V2_CLIENT_STREAM(Strings.CLIENT_STREAM) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      BlockingClientCall<String, String> call =
          ClientCalls.blockingClientStreamingCall(channel, Strings.CLIENT_STREAM, options);
      call.write("go");
      return read(call);
    }
  },
  BLOCKING_V2_BIDI(Strings.BIDI) {
    @Override
    String call(Channel channel, CallOptions options) throws Exception {
      BlockingClientCall<String, String> call =
          ClientCalls.blockingBidiStreamingCall(channel, Strings.BIDI, options);
      call.write("go");
      return read(call);
    }
  };

  final MethodDescriptor<String, String> method;

  Way(MethodDescriptor<String, String> method) {
    this.method = method;
  }

  /** The first answer; throws what the user of the stub would see. */
  abstract String call(Channel channel, CallOptions options) throws Exception;

  private static String read(BlockingClientCall<String, String> call) throws Exception {
    String answer = call.read();
    return answer == null ? "nothing" : answer;
  }

  private static String get(Future<String> answer) throws Exception {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static final class Answer implements StreamObserver<String> {
    final CompletableFuture<String> first = new CompletableFuture<>();

    @Override
    public void onNext(String value) {
      first.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
      first.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      first.complete("nothing");
    }
  }
}
