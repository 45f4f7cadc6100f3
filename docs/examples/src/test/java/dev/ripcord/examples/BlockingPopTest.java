package dev.ripcord.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** Against the system's Redis; skipped where there is none. */
class BlockingPopTest {
  private static LocalRedis redis;

  private Jedis waiting;
  private Jedis other;
  private BlockingPop pops;
  private final CancelScope scope = Context.background().withCancel();
  private final Context ctx = scope.context();

  @BeforeAll
  static void startRedis() throws Exception {
    assumeTrue(LocalRedis.isInstalled(), "skipped: there is no redis-server on the PATH");
    redis = LocalRedis.start();
  }

  @AfterAll
  static void endRedis() {
    if (redis != null) {
      redis.close();
      assertThatThrownBy(() -> redis.connect().ping()).isInstanceOf(JedisException.class);
    }
  }

  @BeforeEach
  void connect() {
    waiting = redis.connect();
    other = redis.connect();
    other.flushAll();
    pops = new BlockingPop(waiting, other);
  }

  @AfterEach
  void disconnect() {
    scope.close();
    waiting.close();
    other.close();
  }

  private CompletableFuture<String> popInBackground() {
    CompletableFuture<String> popped = CompletableFuture.supplyAsync(() -> pops.pop(ctx, "list"));
    try (Jedis looking = redis.connect()) {
      await().until(() -> looking.info("clients").contains("blocked_clients:1"));
    }
    return popped;
  }

  @Test
  void pop_takesWhatComes() {
    CompletableFuture<String> popped = popInBackground();
    other.rpush("list", "first", "second");
    assertThat(popped.join()).isEqualTo("first");
    assertThat(other.llen("list")).isEqualTo(1);
  }

  @Test
  void end_stopsThePop_andLeavesTheConnectionUsable() {
    CompletableFuture<String> popped = popInBackground();
    scope.cancel(Reason.SHUTDOWN);
    assertThatThrownBy(popped::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            ContextException.class,
            end -> assertThat(end.cancellation().reason()).isEqualTo(Reason.SHUTDOWN));
    other.rpush("list", "later");
    assertThat(other.llen("list")).isEqualTo(1);
    assertThat(pops.pop(Context.background(), "list")).isEqualTo("later");
  }

  @Test
  void pop_underAnEndedContext_takesNothing() {
    other.rpush("list", "element");
    scope.cancel();
    assertThatThrownBy(() -> pops.pop(ctx, "list")).isInstanceOf(ContextException.class);
    assertThat(other.llen("list")).isEqualTo(1);
  }

  @Test
  void errorOfRedis_isNotTakenForTheEnd() {
    other.set("list", "no list");
    assertThatThrownBy(() -> pops.pop(ctx, "list")).isInstanceOf(JedisDataException.class);
  }

  @Test
  void redisCannotBeTold_theConnectionIsClosed() {
    CompletableFuture<String> popped = popInBackground();
    other.close(); // it connects again by itself, but is not let in
    scope.cancel();
    assertThatThrownBy(popped::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(ContextException.class);
  }
}
