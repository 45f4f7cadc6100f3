package dev.ripcord.bench.soak;

import com.google.protobuf.StringValue;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers what is to be answered, and looks at how the rest ends. */
final class Callee {
  private static final String CONTROL = "ripcord.v1.Control/";

  private final Side side;
  private final Ends ends = new Ends();
  private final AtomicInteger controlStreams = new AtomicInteger();

  Callee(Side side) {
    this.side = side;
  }

  /** Serves on {@code port}, or on a free one if that is 0; returns which. */
  int serve(int port, Executor executor) throws IOException {
    NettyServerBuilder server =
        NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    side.install(server);
    return server
        .executor(executor)
        .addStreamTracerFactory(new CountsControlStreams(controlStreams))
        .addService(
            ServerServiceDefinition.builder(Orders.SERVICE)
                .addMethod(Orders.UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(Orders.STREAM, ServerCalls.asyncBidiStreamingCall(Messages::new))
                .build())
        .build()
        .start()
        .getPort();
  }

  private void unary(StringValue request, StreamObserver<StringValue> caller) {
    if (request.getValue().startsWith(Orders.ECHO)) {
      caller.onNext(request);
      caller.onCompleted();
    } else {
      side.whenDone(end -> ends.ended(request.getValue(), end));
    }
  }

  /** Of one streaming call. */
  private final class Messages implements StreamObserver<StringValue> {
    private final StreamObserver<StringValue> caller;

    Messages(StreamObserver<StringValue> caller) {
      this.caller = caller;
      // Else gRPC throws at whoever answers a caller that has gone.
      ((ServerCallStreamObserver<StringValue>) caller).setOnCancelHandler(() -> {});
    }

    @Override
    public void onNext(StringValue message) {
      caller.onNext(message);
      if (!message.getValue().startsWith(Orders.ECHO)) {
        side.whenDone(end -> ends.ended(message.getValue(), end));
      }
    }

    @Override
    public void onError(Throwable canceled) {
      // The context says why.
    }

    @Override
    public void onCompleted() {
      caller.onCompleted();
    }
  }

  Ends ends() {
    return ends;
  }

  /** How many control streams its callers have open. */
  int controlStreams() {
    return controlStreams.get();
  }

  private static final class CountsControlStreams extends ServerStreamTracer.Factory {
    private final AtomicInteger open;

    CountsControlStreams(AtomicInteger open) {
      this.open = open;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
      if (!method.startsWith(CONTROL)) {
        return new ServerStreamTracer() {};
      }
      open.incrementAndGet();
      return new ServerStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          open.decrementAndGet();
        }
      };
    }
  }
}
