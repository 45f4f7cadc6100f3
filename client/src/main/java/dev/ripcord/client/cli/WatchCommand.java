package dev.ripcord.client.cli;

import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.WatchRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ripcord watch}. */
@Command(
    name = "watch",
    description = {
      "Shows what runs and what becomes of it, until Ctrl-C: live and in place on a terminal,"
          + " otherwise one line for each event."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class WatchCommand extends OperatorCommand {
  private static final Duration BETWEEN_PICTURES = Duration.ofMillis(200);
  private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(2);
  // Between the connections' threads and the printing one; beyond, reading stops and the instance
  // cuts us off.
  private static final int MOST_WAITING = 100_000;

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this request.")
  private @Nullable String id;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "End after this time.")
  private @Nullable Duration during;

  /** For picocli. */
  public WatchCommand() {}

  /** What an instance has said, or why it says no more. */
  record Told(String instance, @Nullable Event event, @Nullable Status end, long nanos) {}

  /** What is done with what is told. */
  interface Show {
    void told(Told told);

    /** Now and then. */
    void refresh();
  }

  @Override
  int run(Instances instances, Terminal terminal) throws InterruptedException {
    WatchRequest.Builder request = WatchRequest.newBuilder().setIncludeLive(true);
    if (id != null) {
      request.setRequestId(Instances.bytes(options.requestId(id)));
    }
    BlockingQueue<Told> queue = new LinkedBlockingQueue<>(MOST_WAITING);
    instances.watch(request.build(), watcher(queue));
    boolean live = !options.json && Terminal.isTerminal();
    Show show = live ? new LivePicture(terminal) : new EventLines(terminal, options.json);
    show(instances, request.build(), queue, show);
    return ExitCode.OK;
  }

  private void show(Instances instances, WatchRequest request, BlockingQueue<Told> queue, Show show)
      throws InterruptedException {
    long end = during == null ? Long.MAX_VALUE : during.toNanos();
    long begun = System.nanoTime();
    Retries retries = new Retries();
    while (System.nanoTime() - begun < end) {
      Told told = queue.poll(BETWEEN_PICTURES.toNanos(), TimeUnit.NANOSECONDS);
      while (told != null) {
        show.told(told);
        if (told.end() != null) {
          retries.add(told.instance());
        }
        told = queue.poll();
      }
      show.refresh();
      for (String instance : retries.due()) {
        if (instances.addresses().contains(instance)) {
          instances.watch(instance, request, watcher(queue));
        }
      }
    }
  }

  private static Instances.Watcher watcher(BlockingQueue<Told> queue) {
    return new Instances.Watcher() {
      @Override
      public void happened(String instance, Event event) {
        put(new Told(instance, event, null, System.nanoTime()));
      }

      @Override
      public void ended(String instance, Status why) {
        put(new Told(instance, null, why, System.nanoTime()));
      }

      private void put(Told told) {
        try {
          queue.put(told);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    };
  }

  /** Instances to be watched again, after a pause. */
  private static final class Retries {
    private final java.util.Map<String, Long> since = new java.util.LinkedHashMap<>();

    void add(String instance) {
      since.put(instance, System.nanoTime());
    }

    java.util.List<String> due() {
      long now = System.nanoTime();
      java.util.List<String> due =
          since.entrySet().stream()
              .filter(each -> now - each.getValue() >= BETWEEN_ATTEMPTS.toNanos())
              .map(java.util.Map.Entry::getKey)
              .toList();
      due.forEach(since::remove);
      return due;
    }
  }
}
