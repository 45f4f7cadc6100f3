package dev.ripcord.bench.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The least that anybody does who gives a call a name: a header that is another in every call, put
 * in here and read there, and nothing done with it. As long as ours is at the edge.
 */
final class NewHeader implements Side, ClientInterceptor, ServerInterceptor {
  private static final int BYTES = 56;
  private static final Metadata.Key<byte[]> NAME =
      Metadata.Key.of("name-bin", Metadata.BINARY_BYTE_MARSHALLER);

  @Override
  public void install(NettyServerBuilder server) {
    server.intercept(this);
  }

  @Override
  public void install(NettyChannelBuilder channel) {
    channel.intercept(this);
  }

  @Override
  public void with(int values, Runnable calls) {
    if (values != 0) {
      throw new IllegalArgumentException("a name is all it carries");
    }
    calls.run();
  }

  @Override
  public int received() {
    return 0;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        ByteBuffer name = ByteBuffer.allocate(BYTES);
        name.putLong(random.nextLong()).putLong(random.nextLong()).putLong(random.nextLong());
        headers.put(NAME, name.array());
        super.start(listener, headers);
      }
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    byte[] name = headers.get(NAME);
    if (name == null || name.length != BYTES) {
      throw new IllegalStateException("a call without a name");
    }
    return next.startCall(call, headers);
  }
}
