package dev.ripcord.server.page;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What those may do who may change something: start requests, and end them. */
final class Changing {
  private final Gate gate;
  private final Cancels cancels;
  private final @Nullable Starts starts;
  private final Following following;

  /**
   * @param starts null if nothing is started here
   */
  Changing(Gate gate, Cancels cancels, @Nullable Starts starts, Following following) {
    this.gate = gate;
    this.cancels = cancels;
    this.starts = starts;
    this.following = following;
  }

  HttpAnswer start(HttpCall call) throws Refused {
    gate.checkChange(call);
    if (starts == null) {
      throw new Refused(404, "not_found", "nothing can be started here: this is no gateway");
    }
    Starts.Running request = starts.begin(Start.of(Body.of(call.body())));
    byte[] started =
        Json.bytes(
            json ->
                json.put("id", request.id.toString())
                    .put("location", Routes.LINKS + request.id)
                    .put("hold", request.secret));
    String accept = call.header("Accept");
    if (accept != null && accept.contains("text/event-stream")) {
      return following.held(
          new Readers.Wish(request.id, true, null),
          Readers.event("started", null, started),
          starts.hold(request.id, request.secret, Duration.ZERO));
    }
    return Json.written(201, started).with("Location", Routes.LINKS + request.id);
  }

  HttpAnswer cancel(HttpCall call, RequestId id) throws Refused, InterruptedException {
    long pressed = System.nanoTime();
    gate.checkChange(call);
    return Json.written(200, cancels.one(id, call, pressed));
  }

  HttpAnswer cancelSeveral(HttpCall call) throws Refused, InterruptedException {
    long pressed = System.nanoTime();
    gate.checkChange(call);
    return Json.written(200, cancels.several(call, pressed));
  }
}
