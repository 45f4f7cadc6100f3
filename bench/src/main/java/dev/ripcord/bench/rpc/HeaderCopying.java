package dev.ripcord.bench.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.util.List;

/** What teams write themselves: known headers into {@code io.grpc.Context} and out of it again. */
final class HeaderCopying implements Side, ClientInterceptor, ServerInterceptor {
  private record Value(Metadata.Key<String> header, Context.Key<String> key) {
    Value(String name) {
      this(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), Context.key(name));
    }
  }

  private final List<Value> values = Side.names().stream().map(Value::new).toList();

  @Override
  public void install(NettyServerBuilder server) {
    server.intercept(this);
  }

  @Override
  public void install(NettyChannelBuilder channel) {
    channel.intercept(this);
  }

  @Override
  public void with(int many, Runnable calls) {
    Context context = Context.ROOT;
    for (Value value : values.subList(0, many)) {
      context = context.withValue(value.key(), VALUE);
    }
    context.run(calls);
  }

  @Override
  public int received() {
    int found = 0;
    while (found < MOST_VALUES && values.get(found).key().get() != null) {
      found++;
    }
    return found;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        Context context = Context.current();
        for (Value value : values) {
          String here = value.key().get(context);
          if (here != null) {
            headers.put(value.header(), here);
          }
        }
        super.start(listener, headers);
      }
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Context context = Context.current();
    for (Value value : values) {
      String given = headers.get(value.header());
      if (given != null) {
        context = context.withValue(value.key(), given);
      }
    }
    return Contexts.interceptCall(context, call, headers, next);
  }
}
