package dev.ripcord.grpc;

import dev.ripcord.grpc.Counters.Event;
import dev.ripcord.proto.v1.ControlGrpc;
import dev.ripcord.proto.v1.FromCallee;
import dev.ripcord.proto.v1.FromCaller;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Accepts control streams, and has their messages handled on the transport's thread. */
final class ControlService
    implements ServerCallHandler<ControlMessage, FromCallee>, ServerCallExecutorSupplier {
  private static final MethodDescriptor<FromCaller, FromCallee> SENT = ControlGrpc.getOpenMethod();
  private static final MethodDescriptor<ControlMessage, FromCallee> OPEN =
      SENT.toBuilder(ControlMessage.MARSHALLER, SENT.getResponseMarshaller()).build();

  private final Reasons reasons;
  private final Limits limits;
  private final Counters counters;

  ControlService(Reasons reasons, Limits limits, Counters counters) {
    this.reasons = reasons;
    this.limits = limits;
    this.counters = counters;
  }

  ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(ControlGrpc.SERVICE_NAME).addMethod(OPEN, this).build();
  }

  @Override
  public <Q, R> @Nullable Executor getExecutor(ServerCall<Q, R> call, Metadata headers) {
    String method = call.getMethodDescriptor().getFullMethodName();
    return method.equals(OPEN.getFullMethodName()) ? Runnable::run : null;
  }

  @Override
  public ServerCall.Listener<ControlMessage> startCall(
      ServerCall<ControlMessage, FromCallee> call, Metadata headers) {
    CalleeConnection connection = call.getAttributes().get(CalleeConnection.KEY);
    if (connection == null || !reasons.areOn() || !admits(call.getAttributes())) {
      return refuse(call, Status.UNIMPLEMENTED.withDescription("no control streams here"));
    }
    if (!connection.admitsControl()) {
      return refuse(call, Status.RESOURCE_EXHAUSTED.withDescription("too many control streams"));
    }
    CalleeControl control = new CalleeControl(call, connection, reasons, counters);
    control.open();
    return control;
  }

  private ServerCall.Listener<ControlMessage> refuse(
      ServerCall<ControlMessage, FromCallee> call, Status status) {
    counters.count(Event.CONTROL_STREAMS_REFUSED);
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  /** At an edge only who has shown a certificate. */
  private boolean admits(Attributes connection) {
    return limits.trustsPeers() || isAuthenticated(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
  }

  private static boolean isAuthenticated(@Nullable SSLSession session) {
    try {
      return session != null && session.getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException e) {
      return false;
    }
  }
}
