package dev.ripcord.bench.soak;

import com.google.protobuf.StringValue;
import dev.ripcord.Reason;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Makes calls of all kinds, so many at a time, each of which knows how it is to end. */
final class Caller {
  private static final int AT_A_TIME = 32;
  private static final int MESSAGES = 8;
  private static final int SOON_MICROS = 12_000; // most cancels and deadlines, at the latest
  private static final int LATE_MICROS =
      400_000; // the others: they are open when somebody is killed
  private static final int LATE = 8; // one in so many
  private static final long BETWEEN_FAILURES_MICROS = 5_000; // else they would be all there is
  private static final long PATIENCE_SECONDS = 20;
  private static final List<Reason> REASONS =
      List.of(Reason.USER_CANCELED, Reason.SUPERSEDED, Reason.ADMIN, Reason.of("OUT_OF_STOCK"));

  private final Side side;
  private final Callees callees;
  private final boolean mortal;
  private final Executor executor;
  private final ScheduledExecutorService timer = new ScheduledThreadPoolExecutor(1);
  private final List<Slot> slots;
  private final Semaphore idle = new Semaphore(0);
  private final LongAdder good = new LongAdder();
  private final LongAdder excused = new LongAdder();
  private final LongAdder unexplained = new LongAdder();
  private final AtomicReference<@Nullable String> firstUnexplained = new AtomicReference<>();
  private volatile boolean running;

  Caller(Side side, Callees callees, boolean mortal, long seed, Executor executor) {
    this.side = side;
    this.callees = callees;
    this.mortal = mortal;
    this.executor = executor;
    this.slots =
        new Random(seed).longs(AT_A_TIME).mapToObj(slotSeed -> new Slot(slotSeed)).toList();
  }

  void begin() {
    running = true;
    slots.forEach(executor::execute);
  }

  /** Makes no more calls and waits for those that are open; how many are lost. */
  int drain() throws InterruptedException {
    running = false;
    int ended = 0;
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (ended < AT_A_TIME && idle.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      ended++;
    }
    return AT_A_TIME - ended;
  }

  /** So far: as planned, excused, unexplained, and the first of these, in a line. */
  @Override
  public String toString() {
    String example = firstUnexplained.get();
    return good + " " + excused + " " + unexplained + " " + (example == null ? "" : example);
  }

  /** One call after another. */
  private final class Slot implements Runnable {
    private final Random random;
    private int calls;

    Slot(long seed) {
      random = new Random(seed);
    }

    @Override
    public void run() {
      if (!running) {
        idle.release();
        return;
      }
      calls++;
      int callee = random.nextInt(2);
      int kind = random.nextInt(100);
      if (kind < 60) {
        unary(new Call(this, callee, Status.Code.OK), Orders.ECHO + calls);
      } else if (kind < 75) {
        stream(new Call(this, callee, Status.Code.OK), Orders.ECHO + calls);
      } else if (kind < 90) {
        canceled(callee, kind < 80);
      } else {
        expiring(callee);
      }
    }

    private void canceled(int callee, boolean streaming) {
      Reason why = REASONS.get(random.nextInt(REASONS.size())).withMessage("call " + calls);
      Call call = new Call(this, callee, Status.Code.CANCELLED);
      Runnable cancel = side.cancellable(() -> make(call, streaming, wait(Orders.words(why))), why);
      later(cancel, untilTheEnd());
    }

    private void expiring(int callee) {
      Duration after = Duration.ofNanos(1_000L * (1_000 + untilTheEnd()));
      Call call = new Call(this, callee, Status.Code.DEADLINE_EXCEEDED);
      call.release =
          side.expiring(after, () -> make(call, random.nextBoolean(), wait(Orders.DEADLINE)));
    }

    private int untilTheEnd() {
      return random.nextInt(random.nextInt(LATE) == 0 ? LATE_MICROS : SOON_MICROS);
    }

    private String wait(String why) {
      return (mortal ? Orders.MORTAL : Orders.WAIT) + why;
    }

    private void make(Call call, boolean streaming, String order) {
      if (streaming) {
        stream(call, order);
      } else {
        unary(call, order);
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody calls it off
  private void later(Runnable action, long micros) {
    timer.schedule(action, micros, TimeUnit.MICROSECONDS);
  }

  private void unary(Call call, String order) {
    ClientCalls.asyncUnaryCall(
        callees.channel(call.callee).newCall(Orders.UNARY, CallOptions.DEFAULT),
        StringValue.of(order),
        call);
  }

  /** Some messages there and back; with an order to wait at the end. */
  private void stream(Call call, String order) {
    boolean waits = !order.startsWith(Orders.ECHO);
    call.messagesLeft = waits ? 0 : MESSAGES;
    call.requests =
        ClientCalls.asyncBidiStreamingCall(
            callees.channel(call.callee).newCall(Orders.STREAM, CallOptions.DEFAULT), call);
    call.requests.onNext(StringValue.of(order));
  }

  /** One call, from its beginning to its end. */
  private final class Call implements StreamObserver<StringValue> {
    private final Slot slot;
    private final int callee;
    private final Status.Code planned;
    private final int calm;
    private int messagesLeft; // of a stream; then used by its callbacks only
    private volatile @Nullable StreamObserver<StringValue> requests; // of a stream
    private volatile @Nullable Runnable release;

    Call(Slot slot, int callee, Status.Code planned) {
      this.slot = slot;
      this.callee = callee;
      this.planned = planned;
      this.calm = callees.calm(callee);
    }

    @Override
    public void onNext(StringValue answer) {
      StreamObserver<StringValue> more = requests;
      if (more == null || messagesLeft == 0) {
        return;
      }
      messagesLeft--;
      if (messagesLeft > 0) {
        more.onNext(answer);
      } else {
        more.onCompleted();
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended(Status.OK);
    }

    private void ended(Status status) {
      Runnable held = release;
      if (held != null) {
        held.run();
      }
      if (status.getCode() == planned) {
        good.increment();
      } else if (calm < 0 || callees.calm(callee) != calm) {
        excused.increment();
        later(() -> executor.execute(slot), BETWEEN_FAILURES_MICROS);
        return;
      } else {
        unexplained.increment();
        firstUnexplained.compareAndSet(null, "planned " + planned + ", was " + oneLine(status));
      }
      executor.execute(slot); // not here: calls that fail at once would go ever deeper
    }

    private static String oneLine(Status status) {
      return status.toString().replaceAll("\\s+", " ");
    }
  }
}
