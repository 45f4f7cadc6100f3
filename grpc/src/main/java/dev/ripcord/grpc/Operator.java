package dev.ripcord.grpc;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who calls {@code ripcord.v1.Contexts}.
 *
 * @param principal what {@link Authorizer#principal} says, made safe to print
 * @param peer the address the call comes from
 */
record Operator(String principal, String peer) {
  static final io.grpc.Context.Key<Operator> KEY = io.grpc.Context.key("ripcord-operator");

  /** Of the call that is being handled on this thread. */
  static Operator asking() {
    return Objects.requireNonNull(KEY.get(), "not behind the AuthorizingInterceptor");
  }

  static Operator of(@Nullable String principal, Authorizer.Request request) {
    String name = principal == null ? "" : Text.bounded(principal, Text.NAME_BYTES);
    return new Operator(name, Objects.toString(request.peer(), "unknown"));
  }

  @Override
  public String toString() {
    return principal.isEmpty() ? peer : principal + " (" + peer + ")";
  }
}
