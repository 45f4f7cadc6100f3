package dev.ripcord.client.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes. */
class ChildProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** Children. */
  static final class Child {
    public static void main(String[] arguments) throws Exception {
      switch (arguments[0]) {
        case "ready" -> {
          System.out.println("something else");
          System.out.println(
              "READY role=db instance=a port=1 pid=" + ProcessHandle.current().pid());
          Thread.sleep(LONG.toMillis());
        }
        case "broken" -> {
          System.err.println("there is no PostgreSQL here");
          System.exit(3);
        }
        case "stubborn" -> {
          Runtime.getRuntime().addShutdownHook(new Thread(() -> sleepOn()));
          System.out.println("READY role=db instance=a port=1 pid=1");
          Thread.sleep(LONG.toMillis());
        }
        case "reader" -> {
          System.out.println("READY role=db instance=a port=1 pid=1");
          System.exit(System.in.read() < 0 ? 7 : 8);
        }
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }

    private static void sleepOn() {
      try {
        Thread.sleep(LONG.toMillis());
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private ChildProcess<Ready> start(String what) throws CannotRun {
    List<String> command =
        List.of(
            ChildProcess.java(),
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            what);
    return ChildProcess.start("db", command, folder.resolve("log"), Ready::parse);
  }

  @Test
  void itsReadyLineIsFoundAmongOthers_andClosingEndsIt() throws Exception {
    ProcessHandle process;
    try (ChildProcess<Ready> child = start("ready")) {
      Ready ready = child.awaitBegun(LONG);
      assertThat(ready.pid()).isEqualTo(child.pid());
      process = ProcessHandle.of(child.pid()).orElseThrow();
      assertThat(child.isAlive()).isTrue();
    }
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void aChildThatEndsInsteadTellsWhy() throws Exception {
    try (ChildProcess<Ready> child = start("broken")) {
      assertThatExceptionOfType(CannotRun.class)
          .isThrownBy(() -> child.awaitBegun(LONG))
          .withMessageContaining("db ended instead of beginning, with exit code 3")
          .withMessageContaining("there is no PostgreSQL here");
    }
  }

  @Test
  void aChildThatHangsIsGivenUp() throws Exception {
    try (ChildProcess<Ready> child = start("reader")) {
      child.awaitBegun(LONG);
      ChildProcess<Ready> silent =
          ChildProcess.start("db", List.of("sleep", "60"), folder.resolve("l2"), Ready::parse);
      try (silent) {
        assertThatExceptionOfType(CannotRun.class)
            .isThrownBy(() -> silent.awaitBegun(Duration.ofMillis(50)))
            .withMessageContaining("did not begin");
      }
      assertThat(silent.isAlive()).isFalse();
    }
  }

  @Test
  void oneThatDoesNotEndWhenAskedIsEnded() throws Exception {
    ChildProcess<Ready> child = start("stubborn");
    child.awaitBegun(LONG);
    child.close(Duration.ofMillis(200));
    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void killingNeedsNoConsent() throws Exception {
    try (ChildProcess<Ready> child = start("stubborn")) {
      child.awaitBegun(LONG);
      child.kill();
      ProcessHandle.of(child.pid()).ifPresent(process -> process.onExit().join());
      assertThat(child.isAlive()).isFalse();
    }
  }

  @Test
  void aCommandThatIsNotThereSaysSo() {
    assertThatExceptionOfType(CannotRun.class)
        .isThrownBy(
            () ->
                ChildProcess.start(
                    "db", List.of("/no/such/java"), folder.resolve("log"), Ready::parse))
        .withMessageContaining("Cannot start the process for db");
  }
}
