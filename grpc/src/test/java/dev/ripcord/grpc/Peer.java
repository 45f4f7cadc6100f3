package dev.ripcord.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A process in a test: a ripcord or none, a server on a real socket with {@link Strings}, and
 * channels to others.
 */
final class Peer implements AutoCloseable {

  /** What a unary method answers; may block, may throw. */
  @FunctionalInterface
  interface Handler {
    String answer(String request) throws Exception;
  }

  private final @Nullable Ripcord ripcord;
  private final ServerServiceDefinition.Builder methods =
      ServerServiceDefinition.builder(Strings.SERVICE);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private Consumer<NettyServerBuilder> serverSettings = builder -> {};
  private InetSocketAddress address = new InetSocketAddress("127.0.0.1", 0);
  private @Nullable ServerCredentials credentials; // null: in the clear
  private @Nullable Server server;

  private Peer(@Nullable Ripcord ripcord) {
    this.ripcord = ripcord;
  }

  static Peer with(Ripcord ripcord) {
    return new Peer(ripcord);
  }

  /** Speaks gRPC and knows nothing of us. */
  static Peer plain() {
    return new Peer(null);
  }

  static Peer named(String service) {
    return with(Ripcord.builder().service(service).instance("1").build());
  }

  Peer settings(Consumer<NettyServerBuilder> settings) {
    serverSettings = settings;
    return this;
  }

  /** What its server shows and asks for. */
  Peer secured(ServerCredentials with) {
    credentials = with;
    return this;
  }

  /** Where its server will be, instead of on a free port. */
  Peer at(InetSocketAddress where) {
    address = where;
    return this;
  }

  Peer unary(Handler handler) {
    methods.addMethod(
        Strings.UNARY,
        ServerCalls.asyncUnaryCall(
            (request, observer) -> {
              String answer;
              try {
                answer = handler.answer(request);
              } catch (RuntimeException e) {
                throw e;
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              observer.onNext(answer);
              observer.onCompleted();
            }));
    return this;
  }

  Peer asyncUnary(ServerCalls.UnaryMethod<String, String> method) {
    methods.addMethod(Strings.UNARY, ServerCalls.asyncUnaryCall(method));
    return this;
  }

  Peer serverStream(ServerCalls.ServerStreamingMethod<String, String> method) {
    methods.addMethod(Strings.SERVER_STREAM, ServerCalls.asyncServerStreamingCall(method));
    return this;
  }

  Peer clientStream(Function<StreamObserver<String>, StreamObserver<String>> method) {
    methods.addMethod(Strings.CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(method::apply));
    return this;
  }

  Peer bidi(Function<StreamObserver<String>, StreamObserver<String>> method) {
    methods.addMethod(Strings.BIDI, ServerCalls.asyncBidiStreamingCall(method::apply));
    return this;
  }

  Peer start() {
    NettyServerBuilder builder =
        credentials == null
            ? NettyServerBuilder.forAddress(address)
            : NettyServerBuilder.forAddress(address, credentials);
    if (ripcord != null) {
      ripcord.install(builder);
    }
    serverSettings.accept(builder);
    try {
      server = builder.addService(methods.build()).build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  Ripcord ripcord() {
    if (ripcord == null) {
      throw new IllegalStateException("plain");
    }
    return ripcord;
  }

  Server server() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }

  int port() {
    return server().getPort();
  }

  ManagedChannel channelTo(Peer other) {
    return channelTo(other.port(), builder -> {});
  }

  ManagedChannel channelTo(int port, Consumer<NettyChannelBuilder> settings) {
    return channel(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext(), settings);
  }

  ManagedChannel channelTo(int port, ChannelCredentials with) {
    return channel(NettyChannelBuilder.forAddress("127.0.0.1", port, with), builder -> {});
  }

  private ManagedChannel channel(
      NettyChannelBuilder builder, Consumer<NettyChannelBuilder> settings) {
    if (ripcord != null) {
      ripcord.install(builder);
    }
    settings.accept(builder);
    ManagedChannel channel = builder.build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    if (server != null) {
      server.shutdownNow();
    }
    try {
      for (ManagedChannel channel : channels) {
        channel.awaitTermination(10, TimeUnit.SECONDS);
      }
      if (server != null) {
        server.awaitTermination(10, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
