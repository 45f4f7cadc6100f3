package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those who read events. One thread sends to all of them what they have not got yet, at most every
 * 50 ms, and to one that has not taken what it was sent, nothing: a reader costs a number and what
 * is on its way to it.
 */
final class Readers {
  private static final Logger log = LoggerFactory.getLogger(Readers.class);
  static final int MOST = 256;
  private static final int MOST_AT_ONCE = 500;
  private static final Duration BETWEEN = Duration.ofMillis(50);
  private static final Duration SILENCE = Duration.ofSeconds(5);
  private static final long NOT_YET = Long.MAX_VALUE;

  /**
   * What somebody wants to read.
   *
   * @param only null for all requests
   * @param nodes whether nodes are wanted, too
   * @param after where it has come to before; null for nowhere
   */
  record Wish(@Nullable RequestId only, boolean nodes, @Nullable String after) {}

  private final Board board;
  private final Watching watching;
  private final WallClock clock;
  private final ScheduledExecutorService scheduler;
  private final String epoch = RequestId.random().toString().substring(0, 8);
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger places = new AtomicInteger(MOST);
  private final AtomicBoolean due = new AtomicBoolean();
  private volatile long sentNanos = System.nanoTime() - BETWEEN.toNanos();

  /**
   * @param scheduler of one thread, on which everything is sent
   */
  Readers(Board board, Watching watching, WallClock clock, ScheduledExecutorService scheduler) {
    this.board = board;
    this.watching = watching;
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Something has changed; any thread, with any lock held. */
  void changed() {
    if (!readers.isEmpty() && due.compareAndSet(false, true)) {
      long wait = Math.max(0, sentNanos + BETWEEN.toNanos() - System.nanoTime());
      try {
        Future<?> unused = scheduler.schedule(this::send, wait, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("nobody is told any more");
      }
    }
  }

  private void send() {
    due.set(false);
    sentNanos = System.nanoTime();
    Shown shown = new Shown(clock, sentNanos);
    for (Reader reader : readers) {
      reader.send(shown);
    }
  }

  /** Has {@code event} sent to all who read of all requests. */
  void tell(String event, Consumer<Json> data) {
    scheduler.execute(
        () -> {
          byte[] bytes = event(event, null, Json.bytes(data));
          readers.stream().filter(reader -> reader.wish.only == null).forEach(r -> r.tell(bytes));
        });
  }

  /** To be called every now and then: whoever hears nothing for long is sent a sign of life. */
  void tick() {
    long now = System.nanoTime();
    scheduler.execute(() -> readers.forEach(reader -> reader.live(now)));
  }

  int count() {
    return readers.size();
  }

  /**
   * A stream of events.
   *
   * @param first what it begins with, besides; null for nothing
   * @param begun is given the stream when it has begun
   * @throws Refused if there are too many already
   */
  HttpAnswer open(Wish wish, byte @Nullable [] first, Consumer<HttpStream> begun) throws Refused {
    if (places.getAndDecrement() <= 0) {
      places.incrementAndGet();
      throw new Refused(503, "too_many_readers", "already read by " + MOST);
    }
    // Given back when the stream is closed; who is gone before it begins closes it then.
    return HttpAnswer.stream(
            "text/event-stream; charset=utf-8",
            stream -> {
              Reader reader = new Reader(stream, wish);
              stream.onClosed(
                  () -> {
                    readers.remove(reader);
                    places.incrementAndGet();
                  });
              if (first != null) {
                stream.write(first);
              }
              begun.accept(stream);
              stream.onReady(this::changed);
              scheduler.execute(
                  () -> {
                    readers.add(reader);
                    if (!stream.isOpen()) {
                      readers.remove(reader);
                    }
                    reader.send(Shown.now(clock));
                  });
            })
        .with("Cache-Control", "no-store")
        .with("X-Accel-Buffering", "no");
  }

  static byte[] event(String name, @Nullable String id, byte[] data) {
    ByteArrayOutputStream event = new ByteArrayOutputStream(data.length + 64);
    event.writeBytes(("event: " + name + "\n").getBytes(StandardCharsets.UTF_8));
    if (id != null) {
      event.writeBytes(("id: " + id + "\n").getBytes(StandardCharsets.UTF_8));
    }
    event.writeBytes("data: ".getBytes(StandardCharsets.UTF_8));
    event.writeBytes(data); // JSON has no line feeds
    event.writeBytes("\n\n".getBytes(StandardCharsets.UTF_8));
    return event.toByteArray();
  }

  /** Where a stream goes on after {@code after}; 0 if it has to begin anew. */
  private long resumed(@Nullable String after) {
    if (after == null || !after.startsWith(epoch + "-") || after.length() > 40) {
      return 0;
    }
    try {
      long revision = Long.parseLong(after.substring(epoch.length() + 1));
      return board.remembers(revision) ? revision : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** One of them. Used on the scheduler's thread only. */
  private final class Reader {
    private final HttpStream stream;
    private final Wish wish;
    private long seen; // of the board's revisions
    private long completeAt; // the beginning is sent when this is seen; NOT_YET until it begins
    private boolean isAnew;
    private boolean isComplete;
    private boolean ended;
    private long instancesSeen;
    private long sent = System.nanoTime();

    Reader(HttpStream stream, Wish wish) {
      this.stream = stream;
      this.wish = wish;
      this.completeAt = NOT_YET;
    }

    void send(Shown shown) {
      try {
        if (completeAt == NOT_YET) {
          seen = resumed(wish.after);
          isAnew = seen == 0;
          completeAt = board.revision();
        }
        while (!ended && stream.isReady() && sendSome(shown)) {
          sent = shown.nanos();
        }
      } catch (RuntimeException e) {
        log.warn("a reader of events is cut off", e);
        stream.cut();
      }
    }

    /** False if there was nothing to send. */
    private boolean sendSome(Shown shown) {
      if (sendInstances(shown)) {
        return true;
      }
      if (!isAnew && isComplete && seen >= board.revision()) {
        return sendEnd(shown);
      }
      if (seen != 0 && !board.remembers(seen)) {
        seen = 0;
        isAnew = true;
        isComplete = false;
        completeAt = board.revision();
      }
      Part part =
          wish.only == null
              ? board.since(seen, wish.nodes, MOST_AT_ONCE, part(shown))
              : board.since(seen, wish.only, MOST_AT_ONCE, part(shown));
      seen = part.upTo;
      byte[] data = part.data;
      if (data == null) {
        return sendEnd(shown);
      }
      stream.write(event(isAnew ? "snapshot" : "change", epoch + "-" + seen, data));
      isAnew = false;
      isComplete |= seen >= completeAt;
      return true;
    }

    private boolean sendInstances(Shown shown) {
      long revision = watching.revision();
      if (revision == instancesSeen || wish.only != null || isAnew) {
        return false;
      }
      instancesSeen = revision;
      stream.write(event("instances", null, shown.instances(watching.all(), board.byAddress())));
      return true;
    }

    private Function<Revisions.Changes, Part> part(Shown shown) {
      return changes -> {
        boolean complete = !isComplete && changes.revision() >= completeAt;
        boolean isWanted = isAnew || complete || !changes.isEmpty();
        return new Part(changes.revision(), isWanted ? shown.changes(changes, complete) : null);
      };
    }

    private boolean sendEnd(Shown shown) {
      if (wish.only == null || ended || !isComplete) {
        return false;
      }
      byte[] end = board.request(wish.only, request -> request.over ? shown.end(request) : null);
      if (end == null) {
        return false;
      }
      ended = true;
      stream.write(event("end", null, end));
      stream.end();
      return true;
    }

    void tell(byte[] event) {
      if (stream.isReady() && isComplete) {
        stream.write(event);
      }
    }

    void live(long now) {
      if (!ended && now - sent >= SILENCE.toNanos() && stream.isReady()) {
        stream.write(": \n\n".getBytes(StandardCharsets.UTF_8));
        sent = now;
      }
    }
  }

  /** What is to be sent of the changes up to one; no data if nothing is. */
  private static final class Part {
    final long upTo;
    final byte @Nullable [] data;

    Part(long upTo, byte @Nullable [] data) {
      this.upTo = upTo;
      this.data = data;
    }
  }
}
