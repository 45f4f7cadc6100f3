package dev.ripcord.client;

import java.util.Objects;

/**
 * Where a service listens: {@code host:port}, {@code [::1]:port} for an IPv6 address.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
  private static final int HIGHEST_PORT = 65_535;

  /** Checks both. */
  public Address {
    Objects.requireNonNull(host, "host is null");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host is empty");
    }
    if (port < 1 || port > HIGHEST_PORT) {
      throw new IllegalArgumentException("port " + port + " is not 1 to " + HIGHEST_PORT);
    }
  }

  /**
   * Reads {@code host:port}.
   *
   * @throws IllegalArgumentException if it is not that; the message says what was read
   */
  public static Address parse(String text) {
    Objects.requireNonNull(text, "text is null");
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    String port = text.substring(colon + 1);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.contains(":") && !bracketed) || !port.matches("\\d{1,5}")) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not host:port, for instance 127.0.0.1:50050");
    }
    return new Address(
        bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
