package dev.ripcord.server.page;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A service with as many calls as one likes, and whoever makes them: some that never answer by
 * themselves, and some that do not even heed their end. In this very process.
 */
final class Crowd implements AutoCloseable {
  private final Ripcord caller = Ripcord.builder().service("edge").instance("e1").build();
  private final CancelScope scope = Context.background().withCancel();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Server server;
  private final ManagedChannel channel;

  private Crowd(String service) throws IOException {
    Ripcord callee = Ripcord.builder().service(service).instance(service + "-1").build();
    server =
        callee
            .install(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .addService(new Db())
            .build()
            .start();
    channel =
        caller
            .install(NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext())
            .build();
  }

  static Crowd serving(String service) throws IOException {
    return new Crowd(service);
  }

  /** Where it can be watched. */
  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Makes calls, several for each request, each of which has some time. */
  void come(int requests, int callsEach, Duration time) {
    for (int i = 0; i < requests; i++) {
      RequestId id = RequestId.random();
      for (int j = 0; j < callsEach; j++) {
        calls(id)
            .withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS)
            .query(QueryRequest.newBuilder().setName("waits").build(), ignoring());
      }
    }
  }

  /** Makes a call that goes on when it has been ended, until this is closed. */
  RequestId comeStubborn() {
    RequestId id = RequestId.random();
    calls(id).execute(QueryRequest.newBuilder().setName("nightly").build(), ignoring());
    return id;
  }

  private DbGrpc.DbStub calls(RequestId id) {
    Context request = Ripcord.withRequestId(scope.context(), id);
    return DbGrpc.newStub(channel).withOption(Ripcord.CONTEXT, request);
  }

  private static <T> StreamObserver<T> ignoring() {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  private final class Db extends DbGrpc.DbImplBase {
    /** Is answered by nobody, and so open. */
    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> caller) {}

    @Override
    public void execute(QueryRequest request, StreamObserver<ExecuteReply> caller) {
      boolean over = false;
      while (!over) {
        try {
          closed.await();
          over = true;
        } catch (InterruptedException e) {
          // It ignores that it is told to end: that is what it is for.
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
    scope.cancel();
    channel.shutdownNow();
    try {
      server.shutdownNow().awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
