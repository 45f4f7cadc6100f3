package dev.ripcord;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** Rules 4, 6, 8 and 9. What is not listed as an outcome is forbidden. */
final class CancelStress {
  private CancelStress() {}

  static @Nullable String seen(Context context) {
    Cancellation end = context.cancellation();
    return end == null ? null : end.reason().code();
  }

  @JCStressTest
  @Outcome(id = "3, 2", expect = ACCEPTABLE, desc = "the first won; both saw the subtree done")
  @Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "the second won; both saw the subtree done")
  @State
  public static class CancelAgainstCancel {
    private final CancelScope top = Context.background().withCancel();
    private final Context leaf = top.context().withCancel().context().withCancel().context();

    private int cancelAndLook(@Nullable Reason why) {
      int won = top.cancel(why) ? 1 : 0;
      return won + (leaf.isDone() && leaf.cancellation() == top.context().cancellation() ? 2 : 0);
    }

    @Actor
    public void first(II_Result r) {
      r.r1 = cancelAndLook(null);
    }

    @Actor
    public void second(II_Result r) {
      r.r2 = cancelAndLook(Reason.SHUTDOWN);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"ADMIN, ADMIN", "SHUTDOWN, SHUTDOWN"},
      expect = ACCEPTABLE,
      desc = "the leaf reports what the node above it does")
  @State
  public static class CancelAgainstCancelAbove {
    private final CancelScope top = Context.background().withCancel();
    private final CancelScope middle = top.context().withCancel();
    private final Context leaf = middle.context().withCancel().context();

    @Actor
    public void top() {
      top.cancel(Reason.SHUTDOWN);
    }

    @Actor
    public void middle() {
      middle.cancel(Reason.ADMIN);
    }

    @Arbiter
    public void after(LL_Result r) {
      r.r1 = seen(middle.context());
      r.r2 = seen(leaf);
    }
  }

  @JCStressTest
  @Outcome(id = "null, ADMIN", expect = ACCEPTABLE, desc = "the end above came after both")
  @Outcome(id = "null, SHUTDOWN", expect = ACCEPTABLE, desc = "it came between")
  @Outcome(id = "SHUTDOWN, SHUTDOWN", expect = ACCEPTABLE, desc = "seen below, so taken above")
  @State
  public static class TakeOverAlongAPath {
    private final CancelScope top = Context.background().withCancel();
    private final CancelScope middle = top.context().withCancel();
    private final Context leaf = middle.context().withCancel().context();

    @Actor
    public void top() {
      top.cancel(Reason.SHUTDOWN);
    }

    @Actor
    public void lookBelowThenCancel(LL_Result r) {
      r.r1 = seen(leaf);
      middle.cancel(Reason.ADMIN);
      r.r2 = seen(middle.context());
    }
  }

  @JCStressTest
  @Outcome(id = "live, done 1", expect = ACCEPTABLE, desc = "derived before")
  @Outcome(id = "done, done 1", expect = ACCEPTABLE, desc = "born done, or ended at once")
  @State
  public static class CancelAgainstDerive {
    private final CancelScope parent = Context.background().withCancel();
    private @Nullable Context child;
    private int ran;

    @Actor
    public void cancel() {
      parent.cancel();
    }

    @Actor
    public void derive(LL_Result r) {
      child = parent.context().withCancel().context();
      child.onDone(Runnable::run, end -> count());
      r.r1 = child.isDone() ? "done" : "live";
    }

    private synchronized void count() {
      ran++;
    }

    @Arbiter
    public synchronized void after(LL_Result r) {
      r.r2 = (child != null && child.isDone() ? "done " : "live ") + ran;
    }
  }

  @JCStressTest
  @Outcome(id = "live", expect = ACCEPTABLE, desc = "looked too early")
  @Outcome(id = "CANCELED: ADMIN \"why\"", expect = ACCEPTABLE_INTERESTING, desc = "all of it")
  @State
  public static class Publication {
    private final CancelScope scope = Context.background().withCancel();

    @Actor
    public void cancel() {
      scope.cancel(Reason.ADMIN.withMessage("why"));
    }

    @Actor
    public void look(L_Result r) {
      Cancellation end = scope.context().cancellation();
      r.r1 = end == null ? "live" : end.toString();
    }
  }
}
