package dev.ripcord.bench.rpc;

import com.google.protobuf.StringValue;
import com.sun.management.ThreadMXBean;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Calls for a while, so many at a time: each that ends makes the next. What several such turns came
 * to is taken together.
 */
final class Load {
  /** How many messages go there and back in a streaming call, one after the other. */
  static final int MESSAGES = 32;

  private static final long PATIENCE_SECONDS = 30;
  private static final int MOST_CALLS = 1 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What came of it; times of calls in nanoseconds. */
  record Result(
      double callsPerSecond, double p50, double p99, double bytesPerCall, double cpuPerCall) {
    static Result parse(String line) {
      String[] fields = line.split(" ", -1);
      return new Result(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          Double.parseDouble(fields[2]),
          Double.parseDouble(fields[3]),
          Double.parseDouble(fields[4]));
    }

    @Override
    public String toString() {
      return callsPerSecond + " " + p50 + " " + p99 + " " + bytesPerCall + " " + cpuPerCall;
    }
  }

  private final Channel channel;
  private final StringValue request;
  // Of all turns since it was taken:
  private final long[] nanos = new long[MOST_CALLS];
  private final AtomicInteger calls = new AtomicInteger();
  private long elapsed;
  private long allocated;
  private long cpu;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile long until;
  private volatile CountDownLatch running = new CountDownLatch(0);

  Load(Channel channel, StringValue request) {
    this.channel = channel;
    this.request = request;
  }

  /**
   * One turn; a single call at a time is made by a blocking stub, as a handler would, more by
   * asynchronous ones.
   */
  void run(String kind, int atATime, long millis) throws InterruptedException {
    running = new CountDownLatch(atATime);
    long allocatedBefore = allocatedBytes();
    long cpuBefore = cpuNanos();
    long begin = System.nanoTime();
    until = begin + TimeUnit.MILLISECONDS.toNanos(millis);
    if (kind.equals("unary") && atATime == 1) {
      blocking();
    } else {
      for (int i = 0; i < atATime; i++) {
        next(kind);
      }
      awaitEnds();
    }
    elapsed += System.nanoTime() - begin;
    cpu += cpuNanos() - cpuBefore;
    allocated += allocatedBytes() - allocatedBefore;
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException("a call failed", first);
    }
  }

  private void awaitEnds() throws InterruptedException {
    if (!running.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException(running.getCount() + " calls have not ended");
    }
  }

  /** What the turns since the last time came to. */
  Result take() {
    int count = calls.get();
    if (count == 0) {
      throw new IllegalStateException("nothing was called");
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    Result result =
        new Result(
            count * 1e9 / elapsed,
            sorted[count / 2],
            sorted[Math.min(count - 1, count * 99 / 100)],
            (double) allocated / count,
            (double) cpu / count);
    calls.set(0);
    elapsed = 0;
    allocated = 0;
    cpu = 0;
    return result;
  }

  private void blocking() {
    long begin = System.nanoTime();
    while (begin - until < 0) {
      ClientCalls.blockingUnaryCall(channel, Echo.UNARY, CallOptions.DEFAULT, request);
      long end = System.nanoTime();
      ended(end - begin);
      begin = end;
    }
  }

  private void next(String kind) {
    if (kind.equals("unary")) {
      ClientCalls.asyncUnaryCall(
          channel.newCall(Echo.UNARY, CallOptions.DEFAULT), request, new One(kind, 1));
    } else {
      One one = new One(kind, MESSAGES);
      StreamObserver<StringValue> requests =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(Echo.STREAM, CallOptions.DEFAULT), one);
      one.requests = requests;
      requests.onNext(request);
    }
  }

  private void ended(long took) {
    nanos[calls.getAndIncrement()] = took;
  }

  /** One asynchronous call. */
  private final class One implements StreamObserver<StringValue> {
    private final String kind;
    private final long begin = System.nanoTime();
    private int left;
    private volatile @Nullable StreamObserver<StringValue> requests; // of a streaming call

    One(String kind, int messages) {
      this.kind = kind;
      this.left = messages;
    }

    @Override
    public void onNext(StringValue answer) {
      left--;
      StreamObserver<StringValue> more = requests;
      if (more == null) {
        return;
      }
      if (left > 0) {
        more.onNext(request);
      } else {
        more.onCompleted();
      }
    }

    @Override
    public void onError(Throwable thrown) {
      failure.compareAndSet(null, thrown);
      running.countDown();
    }

    @Override
    public void onCompleted() {
      long now = System.nanoTime();
      ended(now - begin);
      if (now - until < 0) {
        next(kind);
      } else {
        running.countDown();
      }
    }
  }

  /** By all threads that live, Netty's included: few come or go in a block. */
  private static long allocatedBytes() {
    return sum(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()));
  }

  /** Of the same threads: what the compiler and the collector take is not in it. */
  private static long cpuNanos() {
    return sum(THREADS.getThreadCpuTime(THREADS.getAllThreadIds()));
  }

  /** A thread that has ended counts as -1. */
  private static long sum(long[] figures) {
    return Arrays.stream(figures).filter(figure -> figure > 0).sum();
  }
}
