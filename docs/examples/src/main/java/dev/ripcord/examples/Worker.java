package dev.ripcord.examples;

import java.time.Duration;

/** A thread with a name that may be interrupted to get rid of it. */
final class Worker {
  /** What a worker does. */
  interface Work {
    void run() throws Exception;
  }

  private final Thread thread;

  private Worker(Thread thread) {
    this.thread = thread;
  }

  static Worker start(String name, Work work) {
    Thread thread = new Thread(() -> untilKilled(work), name);
    thread.setDaemon(true);
    thread.start();
    return new Worker(thread);
  }

  private static void untilKilled(Work work) {
    try {
      work.run();
    } catch (InterruptedException killed) {
      // As main wished.
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  void awaitEnd() throws InterruptedException {
    thread.join();
  }

  boolean hasEndedWithin(Duration time) throws InterruptedException {
    thread.join(Math.max(1, time.toMillis()));
    return !thread.isAlive();
  }

  /** So that the program leaves nothing behind. */
  void kill() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  @Override
  public String toString() {
    return thread.getName();
  }
}
