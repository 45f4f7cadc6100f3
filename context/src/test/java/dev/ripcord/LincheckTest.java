package dev.ripcord;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Rules 6, 8, 9, 10, 18 and 26 in every interleaving that a model checker finds: it takes over the
 * threads' scheduling, and says of each result whether some order of the calls explains it. A
 * failure prints the interleaving.
 */
class LincheckTest {
  /** Two threads and few calls: what can go wrong, goes wrong among those. */
  private static void check(Class<?> calls) {
    new ModelCheckingOptions()
        .iterations(Effort.of(12, 50))
        .invocationsPerIteration(Effort.of(200, 1_000))
        .threads(2)
        .actorsPerThread(Effort.of(2, 3))
        .actorsBefore(1)
        .actorsAfter(0)
        .check(calls);
  }

  /** Plain, since the model checker follows every step that is made in here. */
  private static void must(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalStateException(otherwise);
    }
  }

  @Test
  @DisplayName("rules 6, 8, 9: cancel against cancel, against derive, and taking over along a path")
  void ends_areLinearizable() {
    check(Ends.class);
  }

  @Test
  @DisplayName("rules 10, 26: every listener runs once or was stopped; nothing stays linked")
  void listeners_runOnceOrAreStopped() {
    check(Listeners.class);
  }

  @Test
  @DisplayName("rules 16, 18: deadlines: the same, and no timer stays")
  void timers_areArmedAndDisarmed() {
    check(Timers.class);
  }

  @Test
  @DisplayName("rule 16: an expiry nobody looked at is not overtaken, however its node was derived")
  void deadlines_areKnownAbove() {
    check(Marks.class);
  }

  /** root - top - middle - leaf; what each reports is its canceler's number. */
  public static class Ends {
    private final CancelScope top = Context.background().withCancel();
    private final CancelScope middle = top.context().withCancel();
    private final CancelScope leaf = middle.context().withCancel();

    private static @Nullable String seen(Context context) {
      Cancellation end = context.cancellation();
      return end == null ? null : end.reason().code();
    }

    @Operation
    public boolean cancelTop() {
      return top.cancel(Reason.SHUTDOWN);
    }

    @Operation
    public boolean cancelTopPlainly() {
      return top.cancel();
    }

    @Operation
    public boolean cancelMiddle() {
      return middle.cancel(Reason.ADMIN);
    }

    @Operation
    public boolean cancelLeaf() {
      return leaf.cancel(Reason.SUPERSEDED);
    }

    @Operation
    public @Nullable String top() {
      return seen(top.context());
    }

    @Operation
    public @Nullable String middle() {
      return seen(middle.context());
    }

    @Operation
    public @Nullable String leaf() {
      return seen(leaf.context());
    }

    @Operation
    public boolean isLeafDone() {
      return leaf.context().isDone();
    }

    @Operation
    public @Nullable String derived() {
      return seen(middle.context().withCancel().context());
    }
  }

  /** root - top - middle - leaf; listeners on each. */
  @Param(name = "slot", gen = IntGen.class, conf = "0:2")
  public static class Listeners {
    private final CancelScope top = Context.background().withCancel();
    private final CancelScope middle = top.context().withCancel();
    private final CancelScope leaf = middle.context().withCancel();
    private final CancelScope[] listenedTo = {top, middle, leaf};
    private final @Nullable Registration[] hooks = new @Nullable Registration[3];
    private final AtomicInteger[] outcomes = new AtomicInteger[3];
    private final AtomicInteger[] listening = new AtomicInteger[3];

    public Listeners() {
      for (int i = 0; i < 3; i++) {
        outcomes[i] = new AtomicInteger();
        listening[i] = new AtomicInteger();
      }
    }

    @Operation
    public void cancelTop() {
      top.cancel();
    }

    @Operation
    public void cancelMiddle() {
      middle.cancel();
    }

    @Operation
    public void closeLeaf() {
      leaf.close();
    }

    @Operation
    public void listen(@Param(name = "slot") int slot) {
      listening[slot].incrementAndGet();
      AtomicInteger outcome = outcomes[slot];
      hooks[slot] =
          listenedTo[slot].context().onDone(Runnable::run, end -> outcome.incrementAndGet());
    }

    @Operation
    public void stop(@Param(name = "slot") int slot) {
      Registration hook = hooks[slot];
      if (hook != null && hook.stop()) {
        outcomes[slot].incrementAndGet();
      }
    }

    @Validate
    public void atTheEnd() {
      for (CancelScope each : listenedTo) {
        must(each.context().isDone() || !top.context().isDone(), "a live descendant");
      }
      check(); // before a cancel that would tell those who were forgotten
      top.cancel();
      check();
    }

    private void check() {
      for (int i = 0; i < 3; i++) {
        if (listenedTo[i].context().isDone()) {
          must(outcomes[i].get() == listening[i].get(), "a listener lost or run twice");
          must(Tree.members(listenedTo[i].context()) == 0, "left linked");
        }
      }
    }
  }

  /** root - top - timed - leaf, in a time that an operation moves. */
  public static class Timers {
    private final FakeTime time = new FakeTime();
    private final CancelScope top = time.background().withCancel();
    private final CancelScope timed =
        top.context().withTimeout(Duration.ofSeconds(1), Reason.DEADLINE);
    private final CancelScope leaf = timed.context().withCancel();
    private final AtomicInteger listening = new AtomicInteger();
    private final AtomicInteger outcomes = new AtomicInteger();

    @Operation
    public void listenAndStop() {
      listening.incrementAndGet();
      Registration hook = leaf.context().onDone(Runnable::run, end -> outcomes.incrementAndGet());
      if (hook.stop()) {
        outcomes.incrementAndGet();
      }
    }

    @Operation
    public void listen() {
      listening.incrementAndGet();
      leaf.context().onDone(Runnable::run, end -> outcomes.incrementAndGet());
    }

    @Operation
    public void cancelTop() {
      top.cancel(Reason.SHUTDOWN);
    }

    @Operation
    public void cancelTimed() {
      timed.cancel(Reason.ADMIN);
    }

    @Operation
    public void cancelLeaf() {
      leaf.cancel();
    }

    @Operation
    public void look() {
      Cancellation seen = leaf.context().cancellation();
      must(seen == null || leaf.context().cancellation() == seen, "changed its mind");
    }

    @Operation
    public void oneSecond() {
      time.advance(Duration.ofSeconds(1));
    }

    @Validate
    public void atTheEnd() {
      boolean timedIsDone = timed.context().isDone();
      must(leaf.context().isDone() || !timedIsDone, "a live descendant");
      time.advance(Duration.ZERO);
      if (leaf.context().isDone()) {
        must(outcomes.get() == listening.get(), "a listener lost or run twice");
        must(Tree.members(leaf.context()) == 0, "left linked");
      }
      top.cancel();
      time.advance(Duration.ofSeconds(1));
      must(outcomes.get() == listening.get(), "a listener lost or run twice");
      must(Tree.members(timed.context()) + Tree.members(top.context()) == 0, "left linked");
      must(time.timers() == 0, "left a timer");
    }
  }

  /** root - top - middle - children with deadlines, derived at once. */
  public static class Marks {
    private final FakeTime time = new FakeTime();
    private final CancelScope top = time.background().withCancel();
    private final CancelScope middle = top.context().withCancel();

    @Operation
    public void derive() {
      middle.context().withTimeout(Duration.ofSeconds(5));
    }

    @Operation(runOnce = true)
    public @Nullable String deriveExpireAndCancelAbove() {
      Context child = middle.context().withTimeout(Duration.ofSeconds(1)).context();
      boolean live = !child.isDone();
      time.skip(Duration.ofSeconds(1));
      top.cancel();
      return live ? Ends.seen(child) : "born done";
    }
  }
}
