package dev.ripcord.examples;

import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Registration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.UnblockType;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Waits for an element of a Redis list until its context ends, and loses none. One thread at a
 * time.
 *
 * <p>Closing the connection would end the wait as well. But if an element arrives at that moment,
 * Redis takes it out of the list for a reader who is gone. So Redis itself is told to end the wait,
 * over a second connection: then the element has either been taken and is here, or it is still in
 * the list.
 */
final class BlockingPop {
  private static final long AGAIN_MILLIS = 10;

  private final Jedis waiting;
  private final Jedis telling;
  private final long waitingId;

  BlockingPop(Jedis waiting, Jedis telling) {
    this.waiting = waiting;
    this.telling = telling;
    this.waitingId = waiting.clientId();
  }

  /** The first element of {@code list}, also if {@code ctx} ended as it came. */
  String pop(Context ctx, String list) {
    ctx.throwIfDone();
    CountDownLatch returned = new CountDownLatch(1);
    Registration hook = ctx.onDone(why -> unblock(returned));
    try {
      return waiting.blpop(0.0, list).getValue();
    } catch (JedisException e) {
      throw ctx.isDone() ? ended(ctx, e) : e;
    } finally {
      returned.countDown();
      hook.stopOrJoin(); // nothing of it reaches the next pop
    }
  }

  /** Redis ignores it if the pop has not arrived there yet. So again, until the pop is over. */
  private void unblock(CountDownLatch returned) {
    try {
      do {
        tell();
      } while (!returned.await(AGAIN_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() {
    try {
      telling.clientUnblock(waitingId, UnblockType.ERROR);
    } catch (JedisException cannotBeTold) {
      waiting.close(); // better to lose an element than to wait for ever
    }
  }

  private static ContextException ended(Context ctx, Exception consequence) {
    ContextException end = Objects.requireNonNull(ctx.cancellation()).toException();
    end.addSuppressed(consequence);
    return end;
  }
}
