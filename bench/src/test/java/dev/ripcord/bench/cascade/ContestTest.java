package dev.ripcord.bench.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.bench.GoProgram;
import dev.ripcord.bench.cascade.Forest.Cascade;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** That all who take part do the same, in real processes; nothing is measured. */
class ContestTest {
  private static final List<String> SHAPES =
      List.of("1@0;1@1;1@2;1@3;1@4", "20@0", "20@0!", "3@0;3@1,2;3@3,4");

  /** One of the peers is grpc-java's processes, which know nobody of that name. */
  @Test
  void oursAndBareStopEverywhere_whateverBecomesOfPeers() throws Exception {
    try (Contest contest =
        Contest.open(
            Map.of(
                Contender.GRPC_GO,
                GrpcJava::plant,
                Contender.FINAGLE,
                () -> {
                  throw new IOException("many lines,\nof which the last says it: no disk\n");
                }))) {
      assertThat(contest.present())
          .containsExactly(Contender.RIPCORD, Contender.BARE, Contender.GRPC_GO);
      assertThat(contest.whyMissing(Contender.FINAGLE))
          .isEqualTo("of which the last says it: no disk");
      assertThat(contest.cancel(Contender.FINAGLE, "1@0")).isNull();
      assertThat(contest.cancel(Contender.GRPC_GO, "1@0")).isNull();
      assertThat(contest.present()).containsExactly(Contender.RIPCORD, Contender.BARE);
      assertThat(contest.whyMissing(Contender.GRPC_GO)).contains("no variant grpc-go");
      for (Contender each : contest.present()) {
        for (String shape : SHAPES) {
          contest.warmUp(each, shape, 3);
          assertStoppedAfterTheCancel(shape, contest.cancel(each, shape));
        }
      }
    }
  }

  @Test
  void grpcGoStopsEverywhere_afterTheCancel_bySameClock() throws Exception {
    assumeTrue(GoProgram.canBuild(), "no go on the PATH");
    try (Forest forest = GrpcGo.plant()) {
      cancelsAll(forest, Contender.GRPC_GO);
    } catch (GoProgram.ModulesMissingException e) {
      throw new TestAbortedException("grpc-go cannot be downloaded", e);
    }
  }

  private static void cancelsAll(Forest forest, Contender contender) throws IOException {
    int run = 0;
    for (String shape : SHAPES) {
      forest.warmUp(contender.variant(), Plan.parse(++run + ":" + shape), 3);
      assertStoppedAfterTheCancel(
          shape, forest.cancel(contender.variant(), Plan.parse(++run + ":" + shape)));
    }
  }

  private static void assertStoppedAfterTheCancel(String shape, Cascade cascade) {
    assertThat(cascade).as(shape).isNotNull();
    assertThat(cascade.stoppedNanos()).as(shape).isPositive();
    assertThat(cascade.heardNanos()).as(shape).isPositive();
  }

  @Test
  void aProcessWithAnotherClockIsRefused() {
    assertThatIOException()
        .isThrownBy(
            () ->
                Forest.plant(
                    new Shell("echo READY ports=1,2 edge=1; while read x; do echo 0; done")))
        .withMessageContaining("not the clock of this process: 0");
  }

  @Test
  void aProcessThatEndsSaysWhy() {
    assertThatIOException()
        .isThrownBy(
            () -> Forest.plant(new Shell("echo 'no library' >&2; printf '\\tat a.b.c' >&2")))
        .withMessage("node-0 ended before it was ready: no library");
  }

  /** Whatever is asked for, a script. */
  private record Shell(String script) implements Forest.Launcher {
    @Override
    public Child node(String name) throws IOException {
      return Child.of(name, Map.of(), List.of("sh", "-c", script));
    }

    @Override
    public Child edge(List<String> ports) throws IOException {
      return node("edge");
    }
  }
}
