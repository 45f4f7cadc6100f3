package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is told to who follows what happens; and what ends with the connection it is told on. */
final class Following {
  private static final long LONGEST_GRACE_MILLIS = 10_000;

  private final Readers readers;
  private final Board board;
  private final @Nullable Starts starts;

  /**
   * @param starts null if nothing is started here
   */
  Following(Readers readers, Board board, @Nullable Starts starts) {
    this.readers = readers;
    this.board = board;
    this.starts = starts;
  }

  HttpAnswer all(HttpCall call) throws Refused {
    String nodes = call.query("nodes");
    return readers.open(
        new Readers.Wish(null, !"false".equals(nodes), after(call)), null, stream -> {});
  }

  HttpAnswer one(HttpCall call, RequestId id) throws Refused {
    Boolean over = board.request(id, request -> request.over);
    if (over == null) {
      throw Looking.unknown();
    }
    if (over && after(call) != null) {
      return HttpAnswer.empty(204);
    }
    Readers.Wish wish = new Readers.Wish(id, true, after(call));
    String secret = call.query("hold");
    if (secret == null || starts == null) {
      return readers.open(wish, null, stream -> {});
    }
    String grace = call.query("grace_ms");
    Duration wait =
        Duration.ofMillis(
            grace == null ? 0 : Body.checkNumber("grace_ms", grace, 0, LONGEST_GRACE_MILLIS));
    return held(wish, null, starts.hold(id, secret, wait));
  }

  /** Read by somebody who holds the request: with the connection, {@code release} is run. */
  HttpAnswer held(Readers.Wish wish, byte @Nullable [] first, Runnable release) throws Refused {
    boolean opened = false;
    try {
      HttpAnswer stream = readers.open(wish, first, its -> its.onClosed(release));
      opened = true;
      return stream;
    } finally {
      if (!opened) {
        release.run();
      }
    }
  }

  private static @Nullable String after(HttpCall call) {
    String header = call.header("Last-Event-ID");
    return header == null ? call.query("after") : header;
  }
}
