package dev.ripcord.examples;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Workers that are to stop when a message in their queue says so. */
final class StopByMessage {
  private static final String STOP = "STOP";

  private final BlockingQueue<String> messages = new SynchronousQueue<>(); // Go's make(chan string)
  private final BlockingQueue<String> stopped = new LinkedBlockingQueue<>();
  private final Transcript transcript;

  private StopByMessage(Transcript transcript) {
    this.transcript = transcript;
  }

  static void run(Transcript transcript, Pace pace) throws InterruptedException {
    StopByMessage program = new StopByMessage(transcript);
    Worker first = Worker.start("first", () -> program.work("first"));
    Worker second = Worker.start("second", () -> program.work("second"));
    transcript.says("main", "two workers wait for messages");
    Thread.sleep(pace.work().toMillis());

    transcript.says("main", "puts STOP");
    program.messages.put(STOP);
    String gone = program.stopped.take();
    Worker other = gone.equals("first") ? second : first;
    if (!other.hasEndedWithin(pace.patience())) {
      transcript.says("main", "the other one waits on: the message is gone");
    }

    program.messages.put("a long job");
    if (!program.messages.offer(STOP, pace.patience().toMillis(), TimeUnit.MILLISECONDS)) {
      transcript.says("main", "nobody takes a second STOP: is the other one busy, or dead?");
    }
    for (Worker worker : List.of(first, second)) {
      worker.kill();
    }
  }

  private void work(String name) throws InterruptedException {
    for (String message = messages.take(); !message.equals(STOP); message = messages.take()) {
      transcript.says("one worker", "works on " + message);
      new LinkedBlockingQueue<String>().take(); // waits for an answer, not for messages
    }
    transcript.says("one worker", "took STOP, and cannot say why");
    stopped.put(name);
  }
}
