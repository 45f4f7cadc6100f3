package dev.ripcord.client.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * What a server says when it can be called: {@code READY role=db instance=db-1 port=40001
 * pid=4711}.
 *
 * @param role which service it is
 * @param instance its name among those
 * @param port where it listens
 * @param pid the process
 */
record Ready(String role, String instance, int port, long pid) {
  private static final String WORD = "READY ";

  /**
   * Reads a line of a server's standard output; null if it is another one. Fields it does not know
   * are no obstacle.
   */
  static @Nullable Ready parse(String line) {
    if (!line.startsWith(WORD)) {
      return null;
    }
    Map<String, String> fields = new HashMap<>();
    StringTokenizer tokens = new StringTokenizer(line.substring(WORD.length()));
    while (tokens.hasMoreTokens()) {
      String field = tokens.nextToken();
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    try {
      return new Ready(
          text(fields, "role"),
          text(fields, "instance"),
          Integer.parseInt(text(fields, "port")),
          Long.parseLong(text(fields, "pid")));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static String text(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is missing");
    }
    return value;
  }

  String address() {
    return "127.0.0.1:" + port;
  }
}
