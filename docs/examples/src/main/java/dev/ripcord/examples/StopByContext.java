package dev.ripcord.examples;

import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import dev.ripcord.bind.Interruptible;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/** Workers that stop when their context ends. */
final class StopByContext {
  private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();
  private final LongAdder counted = new LongAdder();
  private final Transcript transcript;

  private StopByContext(Transcript transcript) {
    this.transcript = transcript;
  }

  static void run(Transcript transcript, Pace pace) throws InterruptedException {
    StopByContext program = new StopByContext(transcript);
    try (CancelScope all = Context.background().withCancel();
        CancelScope counting = all.context().withCancel()) {
      Worker reader = program.start("reader", all.context(), program::read);
      Worker counter = program.start("counter", counting.context(), program::count);
      Worker helper = program.start("helper", counting.context(), program::read);
      transcript.says("main", "counter, its helper and reader are at work");
      Thread.sleep(pace.work().toMillis());

      transcript.says("main", "cancels counter");
      counting.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      counter.awaitEnd();
      helper.awaitEnd();
      transcript.says("main", reader.hasEndedWithin(pace.patience()) ? "?" : "reader works on");

      try (CancelScope timed = all.context().withTimeout(pace.work())) {
        program.start("second counter", timed.context(), program::count).awaitEnd();
      }
      all.cancel(Reason.SHUTDOWN);
      reader.awaitEnd();
    }
    transcript.says("main", "nobody is left");
  }

  private void count() {
    Context ctx = Context.current();
    while (true) {
      counted.increment();
      ctx.throwIfDone();
    }
  }

  private void read() throws InterruptedException {
    while (true) {
      Interruptible.call(Context.current(), orders::take); // none comes
    }
  }

  private Worker start(String name, Context ctx, Worker.Work work) {
    return Worker.start(
        name,
        () -> {
          try {
            ctx.call(
                () -> {
                  work.run();
                  return name;
                });
          } catch (ContextException end) {
            transcript.says(name, "stopped: " + end.cancellation().reason());
          }
        });
  }
}
