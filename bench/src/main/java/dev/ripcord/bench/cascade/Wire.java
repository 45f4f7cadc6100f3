package dev.ripcord.bench.cascade;

import com.google.protobuf.StringValue;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the processes say to each other, all of it text. */
public final class Wire {
  /** A {@link Plan}; answered when it has ended. */
  public static final MethodDescriptor<StringValue, StringValue> WORK = method("Work");

  /** {@code RUN HANDLERS}: answered when so many are at work. */
  static final MethodDescriptor<StringValue, StringValue> STARTED = method("Started");

  /** {@code RUN HANDLERS}: answered when so many have stopped, with the last one's time. */
  static final MethodDescriptor<StringValue, StringValue> STOPPED = method("Stopped");

  /** The service of all of them. */
  public static final String SERVICE = "bench.Node";

  private Wire() {}

  private static MethodDescriptor<StringValue, StringValue> method(String name) {
    return MethodDescriptor.<StringValue, StringValue>newBuilder()
        .setType(MethodType.UNARY)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .build();
  }

  /** A server on a free port of this machine. */
  public static NettyServerBuilder server() {
    return NettyServerBuilder.forAddress(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** A channel to a port of this machine. */
  public static NettyChannelBuilder channel(int port) {
    return NettyChannelBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .usePlaintext();
  }
}
