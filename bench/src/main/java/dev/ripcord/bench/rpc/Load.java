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

/** Calls for a while, so many at a time: each that ends makes the next. */
final class Load {
  /** How many messages go there and back in a streaming call, one after the other. */
  static final int MESSAGES = 32;

  private static final int MOST_CALLS = 1 << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** What came of it; times of calls in nanoseconds. */
  record Result(double callsPerSecond, double p50, double p99, double bytesPerCall) {
    static Result parse(String line) {
      String[] fields = line.split(" ", -1);
      return new Result(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          Double.parseDouble(fields[2]),
          Double.parseDouble(fields[3]));
    }

    @Override
    public String toString() {
      return callsPerSecond + " " + p50 + " " + p99 + " " + bytesPerCall;
    }
  }

  private final Channel channel;
  private final StringValue request;
  private final long[] nanos = new long[MOST_CALLS];
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile long until;
  private volatile CountDownLatch running = new CountDownLatch(0);

  Load(Channel channel, StringValue request) {
    this.channel = channel;
    this.request = request;
  }

  /**
   * Runs it; a single call at a time is made by a blocking stub, as a handler would, more by
   * asynchronous ones.
   */
  Result run(String kind, int atATime, long millis) throws InterruptedException {
    calls.set(0);
    running = new CountDownLatch(atATime);
    long allocated = allocatedBytes();
    long begin = System.nanoTime();
    until = begin + TimeUnit.MILLISECONDS.toNanos(millis);
    if (kind.equals("unary") && atATime == 1) {
      blocking();
    } else {
      for (int i = 0; i < atATime; i++) {
        next(kind);
      }
      running.await();
    }
    long elapsed = System.nanoTime() - begin;
    allocated = allocatedBytes() - allocated;
    Throwable first = failure.get();
    if (first != null) {
      throw new IllegalStateException("a call failed", first);
    }
    return result(elapsed, allocated);
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

  private Result result(long elapsed, long allocated) {
    int count = calls.get();
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return new Result(
        count * 1e9 / elapsed,
        sorted[count / 2],
        sorted[Math.min(count - 1, count * 99 / 100)],
        (double) allocated / count);
  }

  /** By all threads that live, Netty's included: few come or go in a block. */
  private static long allocatedBytes() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(0, bytes);
    }
    return sum;
  }
}
