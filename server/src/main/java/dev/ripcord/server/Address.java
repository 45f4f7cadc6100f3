package dev.ripcord.server;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a peer listens.
 *
 * @param host a name or an IP address, IPv6 in brackets
 * @param port 1 to 65535
 */
record Address(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");

  /** Reads {@code host:port}. */
  static Address parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    int port = form.matches() ? Integer.parseInt(form.group(2)) : 0;
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an address; give host:port, e.g. 127.0.0.1:50051");
    }
    return new Address(form.group(1), port);
  }

  /** As gRPC wants it: looked up by name, at connection time. */
  String target() {
    return "dns:///" + this;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
