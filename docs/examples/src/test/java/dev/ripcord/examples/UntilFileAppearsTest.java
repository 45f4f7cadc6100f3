package dev.ripcord.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A context of one's own has children like any other. */
class UntilFileAppearsTest {
  private static final Key<String> USER = Key.local("user");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("enough");
  }

  @Test
  void file_endsChildrenThatWaitAndChildrenThatLook() throws Exception {
    try (UntilFileAppears own = new UntilFileAppears(Context.background(), folder, "enough");
        CancelScope child = own.withTimeout(Duration.ofHours(1))) {
      CompletableFuture<Cancellation> waiting = child.context().whenDone();
      assertThat(child.context().isDone()).isFalse();
      Files.createFile(file);
      assertThat(child.context().isDone()).isTrue(); // at once, whatever the watch has seen
      await().until(waiting::isDone);
      assertThat(waiting.join().reason()).isEqualTo(Reason.of("FILE_APPEARED", "enough"));
    }
  }

  @Test
  void anotherFile_endsNothing() throws Exception {
    try (UntilFileAppears own = new UntilFileAppears(Context.background(), folder, "enough")) {
      Files.createFile(folder.resolve("another"));
      assertThat(own.isDone()).isFalse();
    }
  }

  @Test
  void fileThatIsThere_endsItAtOnce() throws Exception {
    Files.createFile(file);
    try (UntilFileAppears own = new UntilFileAppears(Context.background(), folder, "enough");
        CancelScope child = own.withCancel()) {
      assertThat(child.context().isDone()).isTrue();
    }
  }

  @Test
  void parent_givesItsValues_andEndsIt() throws Exception {
    try (CancelScope parent = Context.background().withValue(USER, "alice").withCancel();
        UntilFileAppears own = new UntilFileAppears(parent.context(), folder, "enough");
        CancelScope child = own.withCancel()) {
      assertThat(child.context().value(USER)).isEqualTo("alice");
      parent.cancel(Reason.SHUTDOWN);
      assertThat(child.context().cancellation().reason()).isEqualTo(Reason.SHUTDOWN);
    }
  }

  @Test
  void closed_leavesNoThread() throws Exception {
    new UntilFileAppears(Context.background(), folder, "enough").close();
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("watching enough")));
  }
}
