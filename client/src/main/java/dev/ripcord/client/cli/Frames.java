package dev.ripcord.client.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stack, shortened to what tells whose code ignores its context: the innermost call, which is
 * what the thread waits in or computes, and the innermost calls of those who wrote the handler.
 * Left out are the JDK, gRPC, and Ripcord's own way into the handler.
 */
final class Frames {
  private static final int MOST = 6;

  /**
   * The class loader and the module before the class: {@code app//}, {@code java.base@17.0.15/}.
   */
  private static final Pattern WHERE_FROM = Pattern.compile("^(?:[^/($]*/){1,2}");

  private static final Pattern PLUMBING =
      Pattern.compile(
          "(?:java|javax|jdk|sun|com\\.sun|io\\.grpc|io\\.netty|com\\.google\\.protobuf"
              + "|kotlin|kotlinx|scala|org\\.postgresql|com\\.zaxxer\\.hikari"
              + "|dev\\.ripcord\\.(?:grpc|jdbc|bind)|dev\\.ripcord\\.[A-Z][\\w$]*)\\..*");

  private static final Pattern MADE_UP =
      Pattern.compile("[^(]*(?:\\$\\$Lambda|\\$Proxy\\d|Grpc\\$MethodHandlers\\.).*");

  private Frames() {}

  /** {@code stack} without loaders and modules. */
  static List<String> all(List<String> stack) {
    return stack.stream().map(Frames::bare).toList();
  }

  /** The few that matter, and how many more there are. */
  static List<String> few(List<String> stack) {
    List<String> few = new ArrayList<>();
    List<String> bare = all(stack);
    for (int i = 0; i < bare.size() && few.size() < MOST; i++) {
      if (i == 0 || isOfTheHandler(bare.get(i))) {
        few.add(bare.get(i));
      }
    }
    if (few.size() == 1) {
      few.addAll(bare.subList(1, Math.min(MOST, bare.size()))); // nothing but plumbing
    }
    if (few.size() < bare.size()) {
      few.add("... " + (bare.size() - few.size()) + " more");
    }
    return few;
  }

  private static boolean isOfTheHandler(String frame) {
    return !PLUMBING.matcher(frame).matches() && !MADE_UP.matcher(frame).matches();
  }

  private static String bare(String frame) {
    Matcher whereFrom = WHERE_FROM.matcher(frame);
    return Words.safe(whereFrom.lookingAt() ? frame.substring(whereFrom.end()) : frame);
  }
}
