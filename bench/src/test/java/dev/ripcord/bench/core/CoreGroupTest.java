package dev.ripcord.bench.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.bench.GoProgram;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

/** That everything asked has somebody to answer; nothing is measured. */
class CoreGroupTest {

  @Test
  void everyContenderIsABenchmark_andEveryBenchmarkAContender() {
    Set<String> asked = new HashSet<>();
    Set<String> there = new HashSet<>();
    for (Question question : Question.ALL_QUESTIONS) {
      Class<?> benchmark = question.benchmark();
      asked.add(benchmark.getSimpleName() + "." + question.ours());
      question.peers().keySet().forEach(m -> asked.add(benchmark.getSimpleName() + "." + m));
      Arrays.stream(benchmark.getMethods())
          .filter(method -> method.isAnnotationPresent(Benchmark.class))
          .forEach(method -> there.add(benchmark.getSimpleName() + "." + method.getName()));
    }
    assertThat(asked).isEqualTo(there);
  }

  @Test
  void noTwoQuestionsHaveTheSameRows() {
    List<String> names =
        Question.ALL_QUESTIONS.stream()
            .flatMap(question -> question.threads().stream().map(question::rowName))
            .toList();

    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void whatGoPrintsIsRead_andNothingElse() {
    assertThat(
            GoContext.answers(
                List.of(
                    "{\"name\":\"derive\",\"threads\":2,\"ns\":132.5,\"bytes\":96}",
                    "{\"name\":\"derive\",\"threads\":2,\"ns\":1e+2,\"bytes\":9.6e1}")))
        .isEqualTo(new Figures(List.of(132.5, 100.0), List.of(96.0, 96.0)));
    assertThatIllegalStateException()
        .isThrownBy(() -> GoContext.answers(List.of("panic: no memory")));
  }

  @Test
  void goKnowsEveryQuestion() throws Exception {
    assumeTrue(GoProgram.canBuild(), "no go on the PATH");
    try (GoProgram program = GoProgram.build("context")) {
      for (Question question : Question.ALL_QUESTIONS) {
        for (int threads : question.threads()) {
          assertThat(GoContext.ask(program, question.go(), threads, 2, 0).nanos())
              .as(question.rowName(threads))
              .hasSize(2);
        }
      }
    }
  }
}
