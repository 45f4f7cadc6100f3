package dev.ripcord.examples;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A context of one's own: it ends when a file appears, or with its parent. */
final class UntilFileAppears implements Context, AutoCloseable {
  private final String name;
  private final Path file;
  private final WatchService news;
  private final CancelScope end;

  UntilFileAppears(Context parent, Path folder, String name) throws IOException {
    this.name = name;
    this.file = folder.resolve(name);
    this.news = folder.getFileSystem().newWatchService();
    folder.register(news, StandardWatchEventKinds.ENTRY_CREATE);
    this.end = parent.withCancel();
    Worker.start("watching " + name, this::watch);
  }

  private void watch() throws InterruptedException {
    try {
      while (cancellation() == null) {
        news.take().reset();
      }
    } catch (ClosedWatchServiceException closed) {
      // Nobody needs to know any more.
    }
  }

  // The four questions.

  @Override
  public @Nullable Deadline deadline() {
    return end.context().deadline();
  }

  /** Looks for itself: the watch may be late. */
  @Override
  public @Nullable Cancellation cancellation() {
    if (!end.context().isDone() && Files.exists(file)) {
      end.cancel(Reason.of("FILE_APPEARED", name));
    }
    return end.context().cancellation();
  }

  @Override
  public <T> @Nullable T value(Key<T> key) {
    return end.context().value(key);
  }

  @Override
  public Registration onDone(Executor executor, Consumer<Cancellation> action) {
    return end.context().onDone(executor, action);
  }

  @Override
  public void close() throws IOException {
    end.close();
    news.close();
  }

  @Override
  public String toString() {
    return "untilFileAppears(" + name + ")";
  }
}
