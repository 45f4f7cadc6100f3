package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.db.v1.ArchiveReply;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With real processes and without a database. */
class ArchiveTest {
  private static final Context CONTEXT = Context.background();

  private final Set<Long> before = children();

  private static Set<Long> children() {
    return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
  }

  private boolean hasChild() {
    return !before.containsAll(children());
  }

  @AfterEach
  void nothingIsLeftRunning() {
    await().until(() -> !hasChild());
  }

  private static Archive with(List<List<String>> programs) {
    return new Archive(programs, new WorkLog());
  }

  private static String unpacked(ArchiveReply reply) throws IOException {
    try (InputStream file = new GZIPInputStream(reply.getCsvGz().newInput())) {
      return new String(file.readAllBytes(), UTF_8);
    }
  }

  /** Both must do: the second is for machines without the first. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void whatIsWrittenCanBeUnpacked(int program) throws Exception {
    // More than all the pipes between hold.
    String text = "a line of some length\r\n".repeat(50_000);
    ArchiveReply reply =
        with(List.of(Archive.PROGRAMS.get(program)))
            .of(
                CONTEXT,
                file -> {
                  file.write(text);
                  return 50_000;
                })
            .build();
    assertThat(unpacked(reply)).isEqualTo(text);
    assertThat(reply.getRows()).isEqualTo(50_000);
  }

  @Test
  void aProgramThatIsNotThereIsPassedOver() throws Exception {
    ArchiveReply reply =
        with(List.of(List.of("no-such-program"), Archive.PROGRAMS.get(0)))
            .of(CONTEXT, file -> 0)
            .build();
    assertThat(unpacked(reply)).isEmpty();
  }

  @Test
  void withoutAnyProgramItSaysSo() {
    assertThatThrownBy(() -> with(List.of(List.of("no-such-program"))).of(CONTEXT, file -> 0))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no gzip");
  }

  @Test
  void aProgramThatFailsFailsIt() {
    assertThatThrownBy(() -> with(List.of(List.of("sh", "-c", "exit 3"))).of(CONTEXT, file -> 0))
        .isInstanceOf(IOException.class)
        .hasMessage("gzip has failed with exit code 3");
  }

  @Test
  void moreThanAMessageHoldsIsRefused() {
    Random random = new Random(4711);
    assertThatThrownBy(
            () ->
                with(Archive.PROGRAMS)
                    .of(
                        CONTEXT,
                        file -> {
                          for (int i = 0; i < 1_000_000; i++) {
                            file.write(Long.toHexString(random.nextLong()));
                          }
                          return 1;
                        }))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE));
  }

  @Test
  void whatTheRowsFailWithIsTold_andTheProcessEnds() {
    assertThatThrownBy(
            () ->
                with(Archive.PROGRAMS)
                    .of(
                        CONTEXT,
                        file -> {
                          throw Status.ABORTED.asRuntimeException();
                        }))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ABORTED));
  }

  @Test
  void aCancelEndsTheProcess_andWhoeverWaitsForRows() throws Exception {
    try (CancelScope scope = CONTEXT.withCancel()) {
      FutureTask<ArchiveReply.Builder> archive =
          new FutureTask<>(
              () ->
                  with(Archive.PROGRAMS)
                      .of(
                          scope.context(),
                          file -> {
                            awaitDone();
                            return 0;
                          }));
      new Thread(archive).start();
      await().until(this::hasChild);

      scope.cancel(Reason.USER_CANCELED);

      assertThatThrownBy(archive::get)
          .cause()
          .isInstanceOfSatisfying(
              CanceledException.class,
              e ->
                  assertThat(e.cancellation().reason().code())
                      .isEqualTo(Reason.USER_CANCELED.code()));
      assertThat(hasChild()).isFalse();
    }
  }

  private static void awaitDone() {
    try {
      Context.current().awaitDone(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    Context.current().throwIfDone();
  }
}
