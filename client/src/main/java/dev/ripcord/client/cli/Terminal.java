package dev.ripcord.client.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Where output goes, and what it can show. Colour only on a terminal that wants it; lines and marks
 * beyond ASCII only if the locale says UTF-8.
 *
 * @param out where to print
 * @param colour whether escape sequences are understood
 * @param unicode whether characters beyond ASCII are
 */
public record Terminal(PrintStream out, boolean colour, boolean unicode) {

  /** Something to set text apart by. */
  public enum Style {
    /** What is wrong. */
    BAD("31"),
    /** What is right. */
    GOOD("32"),
    /** What was cut. */
    CUT("33"),
    /** What stands out. */
    STRONG("1"),
    /** What stands back. */
    FAINT("2");

    private final String code;

    Style(String code) {
      this.code = code;
    }
  }

  /** This process's standard output. */
  public static Terminal stdout() {
    Map<String, String> environment = System.getenv();
    boolean unicode = isUtf8(environment);
    PrintStream out = System.out;
    if (unicode) {
      // JDK 17 prints in the platform's charset, which is ASCII in a locale that Java does not
      // know.
      out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    }
    return new Terminal(out, wantsColour(environment) && isTerminal(), unicode);
  }

  /** {@code text} in {@code style}, or as it is where there is no colour. */
  public String styled(Style style, String text) {
    return colour && !text.isEmpty() ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
  }

  /** Marks a thing that holds. */
  public String tick() {
    return styled(Style.GOOD, unicode ? "\u2714" : "ok");
  }

  /** Marks a thing that does not. */
  public String cross() {
    return styled(Style.BAD, unicode ? "\u2718" : "FAILED");
  }

  /** {@code fancy} if this terminal can show it, otherwise {@code plain}. */
  public String either(String fancy, String plain) {
    return unicode ? fancy : plain;
  }

  static boolean wantsColour(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
  }

  static boolean isUtf8(Map<String, String> environment) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String locale = environment.getOrDefault(name, "");
      if (!locale.isEmpty()) {
        String upper = locale.toUpperCase(Locale.ROOT);
        return upper.endsWith("UTF-8") || upper.endsWith("UTF8");
      }
    }
    return false;
  }

  /**
   * {@link System#console} would also ask for the input, and from JDK 22 on tells less. Without
   * /proc: no.
   */
  static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException noProc) {
      return false;
    }
  }
}
