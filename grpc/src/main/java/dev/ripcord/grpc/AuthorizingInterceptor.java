package dev.ripcord.grpc;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;

/** Asks an {@link Authorizer} before each call. */
final class AuthorizingInterceptor implements ServerInterceptor {
  private static final Logger LOG = System.getLogger(AuthorizingInterceptor.class.getName());

  private final Authorizer authorizer;

  AuthorizingInterceptor(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (permits(call, headers)) {
      return next.startCall(call, headers);
    }
    String name = call.getMethodDescriptor().getFullMethodName();
    call.close(
        Status.PERMISSION_DENIED.withDescription(name + " is not for this caller"), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private boolean permits(ServerCall<?, ?> call, Metadata headers) {
    String operation = Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName());
    try {
      return authorizer.permits(
          new Authorizer.Request(
              operation,
              call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
              headers,
              call.getAttributes()));
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR, "the authorizer failed on " + operation + ", which is therefore refused", e);
      return false;
    }
  }
}
