package dev.ripcord.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;

/**
 * Asks an {@link Authorizer} before each call. It is refused before anything is looked up, so that
 * the answer does not tell what there is.
 */
final class AuthorizingInterceptor implements ServerInterceptor {
  private static final Logger LOG = System.getLogger(AuthorizingInterceptor.class.getName());

  private final Authorizer authorizer;

  AuthorizingInterceptor(Authorizer authorizer) {
    this.authorizer = authorizer;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Authorizer.Request request = requestOf(call, headers);
    boolean permitted = false;
    Operator operator = Operator.of(null, request);
    try {
      operator = Operator.of(authorizer.principal(request), request);
      permitted = authorizer.permits(request);
    } catch (RuntimeException e) {
      String failed = "the authorizer failed on " + request.operation() + ", which is refused";
      LOG.log(Level.ERROR, failed, e);
    }
    if (permitted) {
      Context context = Context.current().withValue(Operator.KEY, operator);
      return Contexts.interceptCall(context, call, headers, next);
    }
    return refuse(call, operator);
  }

  private static Authorizer.Request requestOf(ServerCall<?, ?> call, Metadata headers) {
    return new Authorizer.Request(
        Objects.requireNonNull(call.getMethodDescriptor().getBareMethodName()),
        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
        headers,
        call.getAttributes());
  }

  private static <Q, R> ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Operator operator) {
    String name = call.getMethodDescriptor().getFullMethodName();
    Audit.refused(operator, name);
    call.close(
        Status.PERMISSION_DENIED.withDescription(name + " is not for this caller"), new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
