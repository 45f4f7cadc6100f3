package dev.ripcord.grpc;

import dev.ripcord.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.time.Duration;

/**
 * Opens the context of a call when its headers arrive, and ends it when the stream does; both on
 * the transport's thread, before any executor has a say.
 */
final class CallTracer extends ServerStreamTracer {
  /** Our own services: no context, no node in any tree. */
  private static final String OWN_SERVICES = "ripcord.v1.";

  private static final ServerStreamTracer NONE = new ServerStreamTracer() {};

  private final HandledCall call;

  private CallTracer(HandledCall call) {
    this.call = call;
  }

  @Override
  public io.grpc.Context filterContext(io.grpc.Context context) {
    call.open();
    return GrpcContextStorage.bind(context, call);
  }

  @Override
  public void serverCallStarted(ServerCallInfo<?, ?> info) {
    call.accepted(info.getAttributes());
  }

  @Override
  public void streamClosed(Status status) {
    call.streamClosed(status);
  }

  /** Makes one for each call. */
  static final class Factory extends ServerStreamTracer.Factory {
    private final Context root;
    private final ContextHeaders codec;
    private final Limits limits;
    private final Calls calls;

    Factory(Context root, ContextHeaders codec, Limits limits, Calls calls) {
      this.root = root;
      this.codec = codec;
      this.limits = limits;
      this.calls = calls;
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      if (fullMethodName.startsWith(OWN_SERVICES)) {
        return NONE;
      }
      CallIdentity identity = new CallIdentity(codec.readCaller(headers), fullMethodName, calls);
      Context values = codec.readValues(headers, root);
      Duration asked = GrpcTimeout.of(headers);
      return new CallTracer(
          new HandledCall(
              calls,
              identity,
              values,
              asked,
              limits.grant(asked),
              limits.trustsPeers() ? identity.contextIdBits() : codec.nameGiven(headers)));
    }
  }
}
