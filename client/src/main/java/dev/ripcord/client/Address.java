package dev.ripcord.client;

import dev.ripcord.grpc.operator.Targets;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * Where a service listens: {@code host:port}, {@code [::1]:port} for an IPv6 address.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
  /** Checks both. */
  public Address {
    Objects.requireNonNull(host, "host is null");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host is empty");
    }
    Targets.checkPort(port);
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if it is not that; the message says what was read
   */
  public static Address parse(String text) {
    InetSocketAddress address = Targets.parse(text);
    return new Address(address.getHostString(), address.getPort());
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
