package dev.ripcord.bind;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.Tree;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real processes, also such as do not want to end. */
@EnabledOnOs(OS.LINUX) // what is left is looked for by its command line
@SuppressWarnings("try") // scopes are used by closing them
class ProcessesTest {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final String sleep = "sleep 77" + System.nanoTime() % 1_000_000_000; // to be found by

  static List<Threading> threads() {
    return Threading.available();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(Thread.interrupted()).isFalse();
    assertThat(Tree.members(context)).isZero();
    try {
      await().untilAsserted(() -> assertThat(sleepers()).isZero());
    } finally {
      ProcessHandle.allProcesses().filter(this::isSleeper).forEach(ProcessHandle::destroyForcibly);
    }
  }

  private long sleepers() {
    return ProcessHandle.allProcesses().filter(this::isSleeper).count();
  }

  private boolean isSleeper(ProcessHandle handle) {
    Optional<String> line = handle.info().commandLine();
    return line.isPresent() && line.get().matches("\\S*" + sleep);
  }

  private static ProcessBuilder shell(String script) {
    return new ProcessBuilder("/bin/sh", "-c", script);
  }

  @Test
  @DisplayName("a process that ends by itself: its exit code; nobody need read what it prints")
  void endsByItself() throws Exception {
    ProcessBuilder chatty = shell("head -c 1000000 /dev/zero; cat; exit 3");
    assertThat(Processes.run(context, chatty)).isEqualTo(3);
    assertThat(chatty.redirectOutput()).isEqualTo(Redirect.PIPE);
    assertThat(chatty.environment()).doesNotContainKey("RIPCORD_PROCESS");
    assertThat(Processes.run(Context.background(), shell("exit 4"))).isEqualTo(4);
    assertThatThrownBy(() -> Processes.run(context, new ProcessBuilder("/no/such/program")))
        .isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("done before: not started")
  void doneBefore() {
    scope.cancel(Reason.SHUTDOWN);
    assertThatThrownBy(() -> Processes.run(context, new ProcessBuilder("/no/such/program")))
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("SHUTDOWN");
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("the end stops it, with all that it has started")
  void ends(Threading kind) throws Exception {
    Threading.Running<Integer> running =
        kind.begin(() -> Processes.run(context, shell(sleep + " & " + sleep + " & wait; true")));
    await().until(() -> sleepers() == 2);
    scope.cancel();
    assertThatThrownBy(running::result)
        .isInstanceOf(CanceledException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    assertThat(sleepers()).isZero();
  }

  @Test
  @DisplayName("one that ignores SIGTERM and forks all the time is killed after the grace")
  void ignoresAndForks() throws Exception {
    String script =
        "trap '' TERM; i=0; while [ $i -lt 300 ]; do "
            + sleep
            + " & i=$((i+1)); sleep 0.01; done; wait";
    Threading.Running<Integer> running =
        Threading.PLATFORM.begin(() -> Processes.run(context, shell(script), SHORT));
    await().until(() -> sleepers() >= 3);
    scope.cancel();
    assertThatThrownBy(running::result)
        .isInstanceOf(CanceledException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
    assertThat(sleepers()).isZero();
  }

  @Test
  @DisplayName("one that needs a moment after SIGTERM gets it")
  void endsInItsOwnTime() throws Exception {
    try (ContextProcess process =
        Processes.start(
            context,
            shell("trap 'echo good-bye; exit' TERM; echo ready; while :; do sleep 0.01; done"),
            Duration.ofMinutes(1))) {
      BufferedReader out = process.process().inputReader();
      assertThat(out.readLine()).isEqualTo("ready");
      scope.cancel();
      assertThat(out.readLine()).isEqualTo("good-bye");
      assertThatThrownBy(process::waitFor).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  @DisplayName("a grandchild whose parent has gone, and that holds the pipe, is stopped")
  void orphanHoldingThePipe() throws Exception {
    try (ContextProcess process = Processes.start(context, shell("(" + sleep + " &); read -r _"))) {
      Threading.Running<String> reading =
          Threading.PLATFORM.begin(() -> process.call(() -> text(process)));
      await().until(() -> sleepers() == 1);
      scope.cancel();
      assertThatThrownBy(reading::result).isInstanceOf(CanceledException.class);
      assertThat(sleepers()).isZero();
    }
  }

  @Test
  @DisplayName("one that hid itself cannot be stopped: the reader is let go all the same, and told")
  void hiddenHoldingThePipe() throws Exception {
    try (ContextProcess process =
        Processes.start(context, shell("(env -i " + sleep + " &); read -r _"), SHORT)) {
      Threading.Running<String> reading =
          Threading.PLATFORM.begin(() -> process.call(() -> text(process)));
      await().until(() -> sleepers() == 1);
      scope.cancel();
      assertThatThrownBy(reading::result)
          .isInstanceOf(CanceledException.class)
          .satisfies(
              e ->
                  assertThat(e.getSuppressed()[0])
                      .isInstanceOf(NotStoppedException.class)
                      .hasMessageStartingWith("still at work: ripcord-process-")
                      .hasStackTraceContaining("ProcessesTest.text"));
    } finally {
      ProcessHandle.allProcesses().filter(this::isSleeper).forEach(ProcessHandle::destroy);
    }
  }

  private static String text(ContextProcess process) throws IOException {
    return new String(process.process().getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  @DisplayName("reading and writing: the result, the failure; on another thread, under the context")
  void readsAndWrites() throws Exception {
    try (ContextProcess process = Processes.start(context, new ProcessBuilder("cat"))) {
      String answer =
          process.call(
              () -> {
                process.process().getOutputStream().write("hello".getBytes(UTF_8));
                process.process().getOutputStream().close();
                return text(process) + Context.current().isDone();
              });
      assertThat(answer).isEqualTo("hellofalse");
      IOException failure = new IOException("unreadable");
      Work<String, IOException> failing =
          () -> {
            throw failure;
          };
      assertThatThrownBy(() -> process.call(failing)).isSameAs(failure);
      assertThat(process.waitFor()).isZero();
      scope.cancel();
      assertThat(process.waitFor()).isZero(); // it had ended before
      assertThatThrownBy(() -> process.call(failing)).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  @DisplayName("somebody else's interrupt is thrown, and the process stopped")
  void interrupt() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    Threading.Running<Integer> running =
        Threading.PLATFORM.begin(
            () -> {
              started.countDown();
              return Processes.run(context, shell(sleep));
            });
    started.await();
    await().until(() -> sleepers() == 1);
    running.thread.interrupt();
    assertThatThrownBy(running::result).isInstanceOf(InterruptedException.class);
    assertThat(sleepers()).isZero();
  }

  @Test
  @DisplayName("closed while it runs: stopped; what it left when it had ended goes on")
  void close() throws Exception {
    ContextProcess process = Processes.start(context, shell(sleep));
    await().until(() -> sleepers() == 1);
    process.close();
    assertThat(sleepers()).isZero();
    assertThatThrownBy(process::waitFor)
        .isInstanceOf(CanceledException.class)
        .hasMessageContaining("the process was closed");

    Processes.run(context, shell("(" + sleep + " > /dev/null 2>&1 &)"));
    scope.cancel();
    await().until(() -> sleepers() == 1);
    ProcessHandle.allProcesses().filter(this::isSleeper).forEach(ProcessHandle::destroy);
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    StopTimes.check(
        "a process and its child",
        kind,
        (under, waiting) -> {
          try (ContextProcess process =
              Processes.start(under, shell(sleep + " & echo ready; wait"))) {
            assertThat(process.process().inputReader().readLine()).isEqualTo("ready");
            waiting.countDown();
            process.waitFor();
          }
        });
  }
}
