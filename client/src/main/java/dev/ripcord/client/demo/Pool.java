package dev.ripcord.client.demo;

import dev.ripcord.services.db.v1.ActivityReply;
import dev.ripcord.services.db.v1.QueryReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The database connections as they were before a cancel. A connection that carried a canceled
 * statement must be used again: a pool that replaces it hides a broken one, and pays for it.
 *
 * @param opened how many physical connections there have been
 */
record Pool(long opened) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** As it is. */
  static Pool of(Stage stage) {
    return new Pool(stage.activity().getPoolOpened());
  }

  /** That all its connections work, and none had to be replaced. */
  void checkUnharmed(Stage stage, Checks checks) throws Exception {
    ActivityReply now = stage.activity();
    int connections = now.getPoolIdle() + now.getPoolActive();
    checks.each(
        "the pooled connections are used again", answers(stage, connections), rows -> rows > 0);
    checks.same("none had to be replaced", opened, stage.activity().getPoolOpened());
  }

  /** As many queries at once as there are connections, so that each gets one to do. */
  private static List<Integer> answers(Stage stage, int connections) throws Exception {
    List<Future<QueryReply>> running = new ArrayList<>();
    for (int i = 0; i < Math.max(1, connections); i++) {
      running.add(stage.startQuery("user_by_name", "user", Stage.USER));
    }
    List<Integer> rows = new ArrayList<>();
    for (Future<QueryReply> reply : running) {
      rows.add(reply.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS).getRowsCount());
    }
    return rows;
  }
}
