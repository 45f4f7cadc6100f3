package dev.ripcord.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** docs/story.md shows the code that is compiled here, and what it prints when it is run. */
class StoryTest {
  private static final Path PAGE = Path.of("..", "story.md");
  private static final Path PROGRAMS = Path.of("src/main/java");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern OUTPUT =
      Pattern.compile("```\n\\$ \\./ripcord example (\\w+)\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLOCK = Pattern.compile("^ *\\d+\\.\\d s {2}");
  private static final Pattern LOST = Pattern.compile("\\b[1-9]\\d* of ");

  /** Long enough for every thread to begin before something ends it, on a busy machine too. */
  private static final Pace FOR_TESTS = new Pace(Duration.ofMillis(1_500), Duration.ofMillis(100));

  @Test
  void everyPieceOfCode_standsInAProgram() throws IOException {
    List<String> programs;
    try (Stream<Path> files = Files.walk(PROGRAMS)) {
      programs =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(StoryTest::textOf)
              .map(StoryTest::withoutSpace)
              .toList();
    }
    List<String> pieces =
        CODE.matcher(textOf(PAGE)).results().map((MatchResult m) -> m.group(1)).toList();
    assertThat(pieces).hasSizeGreaterThanOrEqualTo(Main.programs().size());
    assertThat(pieces)
        .allSatisfy(
            piece ->
                assertThat(programs).anySatisfy(p -> assertThat(p).contains(withoutSpace(piece))));
  }

  @TestFactory
  List<DynamicTest> everyProgram_printsWhatThePageShows() {
    return Main.programs().keySet().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertPrintsWhatThePageShows(name)))
        .toList();
  }

  private static void assertPrintsWhatThePageShows(String name) throws Exception {
    String shown = shownOf(name);
    assumeTrue(
        !Main.needsRedis(name) || LocalRedis.isInstalled(),
        "skipped: there is no redis-server on the PATH");
    assertThat(run(name)).isEqualTo(linesOf(shown));
  }

  private static String shownOf(String name) {
    Matcher output = OUTPUT.matcher(textOf(PAGE));
    while (output.find()) {
      if (output.group(1).equals(name)) {
        return output.group(2);
      }
    }
    throw new AssertionError(PAGE + " does not show what " + name + " prints");
  }

  private static List<String> run(String name) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      Main.programs().get(name).run(new Transcript(out), FOR_TESTS);
    }
    return linesOf(printed.toString(StandardCharsets.UTF_8));
  }

  /** What happened, whenever it did; sorted, since of two that end together either may be first. */
  private static List<String> linesOf(String output) {
    return output
        .lines()
        .map(line -> CLOCK.matcher(line).replaceFirst(""))
        .map(line -> LOST.matcher(line).replaceFirst("some of "))
        .sorted()
        .collect(Collectors.toList());
  }

  private static String textOf(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s", "");
  }
}
