package dev.ripcord.examples;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.bind.Closeables;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Jedis;

/** Ends pops in the moment in which an element comes, in two ways, and counts what is lost. */
final class PopRace implements AutoCloseable {
  private static final String LIST = "race";
  private static final int ROUNDS = 500;
  private static final int MOST_NANOS_APART = 200_000;

  /** How a pop is ended. */
  interface Way {
    String pop(Context ctx, Jedis waiting, Jedis telling);
  }

  private final LocalRedis redis;
  private final Jedis pusher;
  private final Jedis telling;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Random random = new Random(1);

  private PopRace(LocalRedis redis) {
    this.redis = redis;
    this.pusher = redis.connect();
    this.telling = redis.connect();
  }

  static void run(Transcript transcript, Pace unused) throws Exception {
    try (LocalRedis redis = LocalRedis.start();
        PopRace race = new PopRace(redis)) {
      int closing = race.lost(PopRace::endedByClosing);
      transcript.says("closing", closing + " of " + ROUNDS + " elements lost");
      int unblocking = race.lost(PopRace::endedByRedis);
      transcript.says("unblocking", unblocking + " of " + ROUNDS + " elements lost");
    }
  }

  private static String endedByClosing(Context ctx, Jedis waiting, Jedis telling) {
    return Closeables.call(ctx, waiting, () -> waiting.blpop(0.0, LIST).getValue());
  }

  private static String endedByRedis(Context ctx, Jedis waiting, Jedis telling) {
    return new BlockingPop(waiting, telling).pop(ctx, LIST);
  }

  private int lost(Way way) throws Exception {
    int lost = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (!isTakenInRaceWith(way) && pusher.lpop(LIST) == null) {
        lost++;
      }
    }
    return lost;
  }

  private boolean isTakenInRaceWith(Way way) throws Exception {
    try (Jedis waiting = redis.connect();
        CancelScope scope = Context.background().withCancel()) {
      Future<Boolean> taken = threads.submit(() -> isTaken(way, scope.context(), waiting));
      while (!pusher.info("clients").contains("blocked_clients:1")) {
        Thread.onSpinWait();
      }
      CyclicBarrier together = new CyclicBarrier(2);
      int apart = random.nextInt(MOST_NANOS_APART);
      Future<?> pushing =
          threads.submit(
              () -> {
                together.await();
                LockSupport.parkNanos(apart);
                return pusher.rpush(LIST, "an element");
              });
      together.await();
      scope.cancel();
      pushing.get();
      return taken.get();
    }
  }

  private boolean isTaken(Way way, Context ctx, Jedis waiting) {
    try {
      return way.pop(ctx, waiting, telling) != null;
    } catch (ContextException end) {
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
    pusher.close();
    telling.close();
  }
}
