package dev.ripcord;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Rules 10, 18, 24 and 26. What is not listed as an outcome is forbidden. */
final class ListenerStress {
  private ListenerStress() {}

  @JCStressTest
  @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "it ran")
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "it was stopped")
  @State
  public static class CancelAgainstListenAndStop {
    private final CancelScope top = Context.background().withCancel();
    private final Context leaf = top.context().withCancel().context();
    private final AtomicInteger ran = new AtomicInteger();

    @Actor
    public void cancel() {
      top.cancel();
    }

    @Actor
    public void listenAndStop(III_Result r) {
      Registration hook = leaf.onDone(Runnable::run, end -> ran.incrementAndGet());
      r.r2 = hook.stop() ? 1 : 0;
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = ran.get();
      r.r3 = Tree.members(top.context()) + Tree.members(leaf);
    }
  }

  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it ran, and was waited for")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it was stopped")
  @State
  public static class CancelAgainstStopOrJoin {
    private final CancelScope scope = Context.background().withCancel();
    private int plain; // written by the action: joining must publish it
    private final Registration hook = scope.context().onDone(Runnable::run, end -> plain = 1);

    @Actor
    public void cancel() {
      scope.cancel();
    }

    @Actor
    public void stopOrJoin(II_Result r) {
      r.r1 = hook.stopOrJoin() ? 0 : 1;
      r.r2 = plain;
    }
  }

  @JCStressTest
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "each told once, nothing linked")
  @State
  public static class UnlinkAgainstCancel {
    private final CancelScope top = Context.background().withCancel();
    private final CancelScope a = top.context().withCancel();
    private final CancelScope b = top.context().withCancel();
    private final AtomicInteger ran = new AtomicInteger();

    public UnlinkAgainstCancel() {
      a.context().onDone(Runnable::run, end -> ran.incrementAndGet());
      b.context().onDone(Runnable::run, end -> ran.incrementAndGet());
    }

    @Actor
    public void close() {
      a.close();
    }

    @Actor
    public void cancel() {
      top.cancel();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = ran.get();
      r.r2 = Tree.members(top.context()) + Tree.members(a.context()) + Tree.members(b.context());
    }
  }

  @JCStressTest
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "each told once, the last one unlinked the top")
  @State
  public static class UnlinkAgainstUnlink {
    private final CancelScope top = Context.background().withCancel();
    private final Context middle = top.context().withCancel().context();
    private final CancelScope a = middle.withCancel();
    private final CancelScope b = middle.withCancel();
    private final AtomicInteger ran = new AtomicInteger();

    public UnlinkAgainstUnlink() {
      a.context().onDone(Runnable::run, end -> ran.incrementAndGet());
      b.context().onDone(Runnable::run, end -> ran.incrementAndGet());
    }

    @Actor
    public void one() {
      a.close();
    }

    @Actor
    public void other() {
      b.close();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = ran.get();
      r.r2 = Tree.members(top.context()) + Tree.members(middle);
    }
  }

  @JCStressTest
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "linked again, or still; the last one counts")
  @State
  public static class LinkAgainstUnlink {
    private final CancelScope top = Context.background().withCancel();
    private final Context leaf = top.context().withCancel().context().withCancel().context();
    private final AtomicInteger ran = new AtomicInteger();
    private final Registration old = leaf.onDone(Runnable::run, end -> ran.addAndGet(100));

    @Actor
    public void listen() {
      leaf.onDone(Runnable::run, end -> ran.incrementAndGet());
    }

    @Actor
    public void stop() {
      old.stop();
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = Tree.members(top.context()) - 1;
      top.cancel();
      r.r2 = ran.get();
    }
  }

  /** Two ways a timer that is being armed can become needless. */
  public abstract static class Timed {
    final FakeTime time = new FakeTime();
    final CancelScope top = time.background().withCancel();
    final CancelScope timed = top.context().withTimeout(Duration.ofSeconds(1));
    final AtomicInteger outcomes = new AtomicInteger();

    final void listenAndPerhapsStop(boolean stop) {
      Registration hook = timed.context().onDone(Runnable::run, end -> outcomes.incrementAndGet());
      if (stop && hook.stop()) {
        outcomes.incrementAndGet();
      }
    }

    final void left(III_Result r) {
      r.r1 = outcomes.get();
      r.r2 = time.timers();
      r.r3 = Tree.members(top.context()) + Tree.members(timed.context());
    }
  }

  @JCStressTest
  @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "each ran or was stopped; no timer, no link")
  @State
  public static class ArmAgainstClose extends Timed {
    @Actor
    public void listen() {
      listenAndPerhapsStop(true);
      listenAndPerhapsStop(false);
    }

    @Actor
    public void close() {
      timed.close();
    }

    @Arbiter
    public void after(III_Result r) {
      left(r);
    }
  }

  @JCStressTest
  @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "each ran or was stopped; no timer, no link")
  @State
  public static class ArmAgainstStrike extends Timed {
    @Actor
    public void listen() {
      listenAndPerhapsStop(true);
      listenAndPerhapsStop(false);
    }

    @Actor
    public void strike() {
      time.advance(Duration.ofSeconds(1));
    }

    @Arbiter
    public void after(III_Result r) {
      time.advance(Duration.ZERO);
      left(r);
    }
  }
}
