package dev.ripcord.examples;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Key;
import dev.ripcord.bind.Interruptible;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Children of a context that Ripcord has never seen. */
final class OwnContext {
  private static final Key<String> USER = Key.local("user");

  private OwnContext() {}

  static void run(Transcript transcript, Pace pace) throws Exception {
    Path folder = Files.createTempDirectory("ripcord-story");
    Path file = folder.resolve("enough");
    BlockingQueue<String> orders = new LinkedBlockingQueue<>();
    try (UntilFileAppears own = new UntilFileAppears(Context.background(), folder, "enough");
        CancelScope child = own.withValue(USER, "alice").withTimeout(Duration.ofHours(1))) {
      Context ctx = child.context();
      Worker reader =
          Worker.start(
              "reader",
              () -> {
                try {
                  Interruptible.call(ctx, orders::take); // none comes
                } catch (ContextException end) {
                  transcript.says("reader", "stopped: " + end.cancellation().reason());
                }
              });
      transcript.says("main", "reader is at work for " + ctx.value(USER));
      Thread.sleep(pace.work().toMillis());
      transcript.says("main", "makes the file");
      Files.createFile(file);
      reader.awaitEnd();
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }
}
