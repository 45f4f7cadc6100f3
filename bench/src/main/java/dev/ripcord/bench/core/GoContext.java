package dev.ripcord.bench.core;

import dev.ripcord.bench.GoProgram;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the Go program found: its context package, asked the same questions. */
final class GoContext {
  static final String NAME = "Go context";

  private static final Pattern ANSWER =
      Pattern.compile("\\{.*\"ns\":([-+.eE\\d]+),\"bytes\":([-+.eE\\d]+)\\}");

  private GoContext() {}

  /** Asks one question, so many rounds of so many milliseconds. */
  static Figures ask(GoProgram program, String question, int threads, int rounds, int millis)
      throws IOException, InterruptedException {
    return answers(
        program.run(
            List.of(
                "-question",
                question,
                "-threads",
                Integer.toString(threads),
                "-rounds",
                Integer.toString(rounds),
                "-length",
                millis + "ms")));
  }

  static Figures answers(List<String> lines) {
    Figures figures = new Figures();
    for (String line : lines) {
      Matcher answer = ANSWER.matcher(line);
      if (!answer.matches()) {
        throw new IllegalStateException("not an answer: " + line);
      }
      figures.nanos().add(Double.parseDouble(answer.group(1)));
      figures.bytes().add(Double.parseDouble(answer.group(2)));
    }
    return figures;
  }
}
