package dev.ripcord.bench.core;

import dev.ripcord.bench.GoProgram;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the Go program found: its context package, asked the same questions. */
final class GoContext {
  static final String NAME = "Go context";

  private static final Pattern ANSWER =
      Pattern.compile(
          "\\{\"name\":\"(\\w+)\",\"threads\":(\\d+),\"ns\":([-+.eE\\d]+),\"bytes\":([-+.eE\\d]+)\\}");

  private final Map<String, Figures> answers = new HashMap<>();

  /** Runs it once more: so many rounds of each question. */
  void ask(GoProgram program, int rounds, int millis) throws IOException, InterruptedException {
    for (String line :
        program.run(List.of("-rounds", Integer.toString(rounds), "-length", millis + "ms"))) {
      add(line);
    }
  }

  void add(String line) {
    Matcher answer = ANSWER.matcher(line);
    if (!answer.matches()) {
      throw new IllegalStateException("not an answer: " + line);
    }
    Figures figures =
        answers.computeIfAbsent(
            key(answer.group(1), Integer.parseInt(answer.group(2))), k -> new Figures());
    figures.nanos().add(Double.parseDouble(answer.group(3)));
    figures.bytes().add(Double.parseDouble(answer.group(4)));
  }

  /** Its figures; null if it was not asked. */
  @Nullable Figures answer(String question, int threads) {
    return answers.get(key(question, threads));
  }

  private static String key(String question, int threads) {
    return question + " " + threads;
  }
}
