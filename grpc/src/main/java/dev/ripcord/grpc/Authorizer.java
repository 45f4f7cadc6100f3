package dev.ripcord.grpc;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may look into a process, and end calls in it, through {@code ripcord.v1.Contexts}.
 * Asked on every call, on the server's executor; one that throws refuses.
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
   * Who is asking, for the audit trail and the origin of cancellations; empty if nobody knows. The
   * name in the peer's certificate, else its address, unless told otherwise.
   */
  default String principal(Request request) {
    SSLSession session = request.attributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session != null) {
      try {
        return session.getPeerPrincipal().getName();
      } catch (SSLPeerUnverifiedException e) {
        // No certificate was asked for.
      }
    }
    InetAddress address = addressOf(request);
    return address == null ? "" : address.getHostAddress();
  }

  private static @Nullable InetAddress addressOf(Request request) {
    return request.peer() instanceof InetSocketAddress socket ? socket.getAddress() : null;
  }

  /**
   * Only callers on this machine, over TCP to a loopback address. A local proxy makes everybody
   * one: then bring your own.
   */
  static Authorizer loopbackOnly() {
    return request -> {
      InetAddress address = addressOf(request);
      return address != null && address.isLoopbackAddress();
    };
  }
}
