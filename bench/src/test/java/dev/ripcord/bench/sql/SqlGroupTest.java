package dev.ripcord.bench.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SqlGroupTest {

  @Test
  void withoutPostgres_everyRowIsThere_andSaysWhyItHasNoFigure() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Run run = new Run(new PrintStream(out, true, UTF_8), true);

    new SqlGroup().run(run);

    assertThat(out.toString(UTF_8)).contains("skipped");
    assertThat(run.rows()).hasSize(Usage.values().length * Under.values().length + 4);
    assertThat(run.rows()).extracting(Row::ours).containsOnlyNulls();
    assertThat(run.rows()).extracting(Row::note).allMatch(note -> note.startsWith("skipped: "));
    assertThat(run.rows()).extracting(Row::name).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource
  void workIsDoneOnce_inAContextOfItsKind(Under under) throws Exception {
    int[] times = new int[1];

    under.run(
        () -> {
          times[0]++;
          assertThat(dev.ripcord.Context.current().canEnd()).isEqualTo(under != Under.BACKGROUND);
          assertThat(dev.ripcord.Context.current().deadline() != null)
              .isEqualTo(under == Under.ONLY_DEADLINE || under == Under.AMONG_DEADLINES);
        });

    assertThat(times[0]).isEqualTo(1);
  }
}
