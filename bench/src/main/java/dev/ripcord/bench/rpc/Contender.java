package dev.ripcord.bench.rpc;

/** A side, and how many values its callers carry. */
record Contender(String side, int values) {
  static final String RIPCORD = "ripcord";
  static final String SILENT = "ripcord-silent";
  static final String COPYING = "copying";
  static final String TRACED = "opentelemetry";
  static final Contender BARE = new Contender("bare", 0);

  /** The same as {@link #BARE} in another process: how far they are apart is by chance. */
  static final Contender BARE_AGAIN = new Contender("bare-again", 0);

  /** What is left of the difference is what is done with a call's name. */
  static final Contender NAMED = new Contender("new-header", 0);

  /** The process it is in: reasons are switched on and off at run time, in the same. */
  String process() {
    return side.equals(SILENT) ? RIPCORD : side;
  }

  /** Whether OpenTelemetry is installed in its process. */
  boolean isTraced() {
    return side.equals(TRACED);
  }

  /** Whether it is what is to be measured, or what that has to be measured against. */
  boolean isIndispensable() {
    return side.equals(RIPCORD) || side.equals(SILENT) || equals(BARE);
  }

  /** What a row calls it. */
  String title() {
    return switch (side) {
      case "new-header" -> "one new header a call";
      case COPYING -> "header-copying interceptor";
      case TRACED -> "OpenTelemetry";
      case RIPCORD, SILENT -> "Ripcord";
      default -> "bare grpc-java";
    };
  }
}
