package dev.ripcord.grpc;

import io.grpc.Attributes;
import io.grpc.Metadata;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may look into a process through {@code ripcord.v1.Contexts}. Asked on every call, on
 * the server's executor; one that throws refuses.
 *
 * <pre>{@code
 * Authorizer operators = request -> OPERATORS.contains(request.headers().get(USER));
 * }</pre>
 */
@FunctionalInterface
public interface Authorizer {

  /**
   * What is asked for, and by whom.
   *
   * @param operation the method's bare name: {@code List}
   * @param peer the address the call comes from, null if the transport does not say
   * @param headers of the call
   * @param attributes of the connection: {@code Grpc.TRANSPORT_ATTR_SSL_SESSION} has the peer's
   *     certificate
   */
  record Request(
      String operation, @Nullable SocketAddress peer, Metadata headers, Attributes attributes) {}

  /** Whether to answer; if not, the caller gets PERMISSION_DENIED. */
  boolean permits(Request request);

  /**
   * Only callers on this machine, over TCP to a loopback address. A local proxy makes everybody
   * one: then bring your own.
   */
  static Authorizer loopbackOnly() {
    return request -> {
      InetAddress address =
          request.peer() instanceof InetSocketAddress socket ? socket.getAddress() : null;
      return address != null && address.isLoopbackAddress();
    };
  }
}
