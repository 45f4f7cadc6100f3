package dev.ripcord.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoProgramTest {

  @Test
  void theContextProgramAnswersEveryQuestion() throws Exception {
    assumeTrue(GoProgram.canBuild(), "no go on the PATH");
    try (GoProgram program = GoProgram.build("context")) {
      assertThat(program.run(List.of("-rounds", "1", "-length", "1us")))
          .hasSize(17)
          .allMatch(line -> line.startsWith("{\"name\":"));
    }
  }
}
