package dev.ripcord.server.page;

import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.server.HttpAnswer;
import dev.ripcord.server.HttpCall;
import java.util.List;

/** What is answered to who looks: what this is, what runs, what has been counted. */
final class Looking {
  private static final List<String> CODES =
      List.of(
          Reason.USER_CANCELED.code(),
          Reason.ADMIN.code(),
          Reason.SUPERSEDED.code(),
          Reason.AUTH_REVOKED.code());

  private final Page.Plan plan;
  private final WallClock clock;
  private final StopCounts counts;
  private final Board board;
  private final Watching watching;

  Looking(Page.Plan plan, WallClock clock, StopCounts counts, Board board, Watching watching) {
    this.plan = plan;
    this.clock = clock;
    this.counts = counts;
    this.board = board;
    this.watching = watching;
  }

  HttpAnswer about() {
    return Json.answer(
        200,
        json -> {
          json.put("service", plan.service())
              .put("instance", plan.instance())
              .put("now_ms", clock.millis(System.nanoTime()))
              .put("token_required", plan.token() != null)
              .texts("codes", CODES);
          if (plan.gateway() == null) {
            json.put("start", false);
            return;
          }
          json.object(
              "start",
              start ->
                  start
                      .texts("branches", Start.BRANCHES)
                      .texts("loads", List.of("light", "heavy"))
                      .object(
                          "timeout_ms",
                          its ->
                              its.put("least", Start.LEAST_TIMEOUT_MILLIS)
                                  .put("most", Start.MOST_TIMEOUT_MILLIS))
                      .put("most_running", Starts.MOST_RUNNING));
        });
  }

  HttpAnswer instances() {
    return Json.written(200, Shown.now(clock).instances(watching.all(), board.byAddress()));
  }

  HttpAnswer counters() {
    int overdue = board.byAddress().values().stream().mapToInt(its -> its[1]).sum();
    return Json.answer(
        200,
        json ->
            json.put("now_ms", clock.millis(System.nanoTime()))
                .put("step_ms", StopCounts.STEP_MILLIS)
                .object(
                    "totals",
                    totals -> {
                      Shown.point(totals, counts.totals(board.running()));
                      totals.put("overdue", overdue).put("untracked", board.untracked());
                    })
                .objects("series", counts.series(), Shown::point));
  }

  HttpAnswer requests(HttpCall call) throws Refused {
    Filter filter = Filter.of(call);
    Shown shown = Shown.now(clock);
    return Json.written(
        200, board.all(all -> shown.requests(filter.of(all, shown.nanos()), filter.limit())));
  }

  HttpAnswer tree(RequestId id) throws Refused {
    byte[] tree = board.request(id, Shown.now(clock)::tree);
    if (tree == null) {
      throw unknown();
    }
    return Json.written(200, tree);
  }

  static Refused unknown() {
    return new Refused(404, "not_found", "no such request runs, or has ended lately");
  }
}
