package dev.ripcord.examples;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.LongAdder;

/** Workers that are to stop when a flag says so. */
final class StopByFlag {
  private static volatile boolean stop;

  private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();
  private final LongAdder counted = new LongAdder();
  private final Transcript transcript;

  private StopByFlag(Transcript transcript) {
    this.transcript = transcript;
  }

  static void run(Transcript transcript, Pace pace) throws InterruptedException {
    stop = false;
    StopByFlag program = new StopByFlag(transcript);
    Worker counter = Worker.start("counter", program::count);
    Worker reader = Worker.start("reader", program::read);
    Worker helper = Worker.start("helper", Library::work); // of counter's
    transcript.says("main", "counter, its helper and reader are at work");
    Thread.sleep(pace.work().toMillis());

    transcript.says("main", "stop = true");
    stop = true;
    counter.awaitEnd();
    for (Worker left : new Worker[] {reader, helper}) {
      if (!left.hasEndedWithin(pace.patience())) {
        transcript.says("main", left + " is still there");
      }
      left.kill();
    }
  }

  private void count() {
    while (!stop) {
      counted.increment();
    }
    transcript.says("counter", "stopped in its loop; it cannot say why");
  }

  private void read() throws InterruptedException {
    while (!stop) {
      orders.take(); // none comes, so nobody looks at the flag
    }
  }

  /** Somebody else's code: it has never heard of our flag. */
  private static final class Library {
    static void work() throws InterruptedException {
      while (true) {
        Thread.sleep(10);
      }
    }
  }
}
