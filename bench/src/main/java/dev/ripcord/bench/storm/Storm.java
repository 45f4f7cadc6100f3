package dev.ripcord.bench.storm;

import com.google.protobuf.StringValue;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.cascade.Variant;
import dev.ripcord.bench.cascade.Wire;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls that are cancelled as soon as they are made, 100,000 a second if the connection takes them;
 * beside them one call that takes as long as the storm, and short ones.
 */
final class Storm {
  private static final long PER_SECOND = 100_000;
  private static final int MOST_OPEN = 2_000; // else memory would be what is measured
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long BETWEEN_ECHOES_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PATIENCE_SECONDS = 15;
  private static final CallOptions PATIENT = CallOptions.DEFAULT;

  /**
   * What came of it.
   *
   * @param perSecond calls that were cancelled and whose streams have ended
   * @param echoNanos the 99th percentile of the short calls that were answered
   * @param failed how many of the other calls failed, the slow one included
   * @param connections how many there have been since the process began
   */
  record Result(double perSecond, double echoNanos, int failed, int connections) {
    static Result parse(String line) {
      String[] fields = line.split(" ", -1);
      return new Result(
          Double.parseDouble(fields[0]),
          Double.parseDouble(fields[1]),
          Integer.parseInt(fields[2]),
          Integer.parseInt(fields[3]));
    }

    @Override
    public String toString() {
      return perSecond + " " + echoNanos + " " + failed + " " + connections;
    }
  }

  private final Variant variant;
  private final Channel channel;
  private final AtomicInteger connections;
  private final AtomicLong ended = new AtomicLong(); // streams of cancelled calls
  private final CallOptions counted =
      CallOptions.DEFAULT.withStreamTracerFactory(new CountsEnds(ended));

  Storm(Variant variant, Channel channel, AtomicInteger connections) {
    this.variant = variant;
    this.channel = channel;
    this.connections = connections;
  }

  String blow(long millis) throws InterruptedException {
    Future<StringValue> slow =
        ClientCalls.futureUnaryCall(
            channel.newCall(Wire.WORK, PATIENT), StringValue.of(StormProcess.SLOW));
    ClientCalls.blockingUnaryCall(
        channel, Wire.WORK, PATIENT, StringValue.of(StormProcess.ECHO)); // the connection is there
    Echoes echoes = new Echoes();
    Thread thread = new Thread(echoes);
    thread.start();
    long endedBefore = ended.get();
    long begin = System.nanoTime();
    long made = rain(begin, begin + TimeUnit.MILLISECONDS.toNanos(millis));
    awaitEnded(endedBefore + made);
    long elapsed = System.nanoTime() - begin;
    echoes.enough = true;
    thread.join();
    int failed = echoes.failed + (isAnswered(slow) ? 0 : 1);
    double perSecond = (ended.get() - endedBefore) * 1e9 / elapsed;
    return new Result(perSecond, echoes.p99(), failed, connections.get()).toString();
  }

  private long rain(long begin, long until) {
    StringValue request = StringValue.of(StormProcess.DOOMED);
    long before = ended.get();
    long made = 0;
    for (long now = begin; now - until < 0; now = System.nanoTime()) {
      long due = (now - begin) * PER_SECOND / TimeUnit.SECONDS.toNanos(1);
      if (made >= due || made - (ended.get() - before) >= MOST_OPEN) {
        LockSupport.parkNanos(PAUSE_NANOS);
        continue;
      }
      made++;
      variant
          .begin(
              () ->
                  ClientCalls.asyncUnaryCall(
                      channel.newCall(Wire.WORK, counted), request, new Ignored()))
          .run();
    }
    return made;
  }

  private void awaitEnded(long all) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (ended.get() < all && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private boolean isAnswered(Future<StringValue> slow) throws InterruptedException {
    try {
      ClientCalls.blockingUnaryCall(
          channel, Wire.WORK, PATIENT, StringValue.of(StormProcess.RELEASE));
      slow.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException | StatusRuntimeException e) {
      return false;
    }
  }

  /** The short calls. */
  private final class Echoes implements Runnable {
    private final List<Double> nanos = new ArrayList<>();
    private int failed;
    private volatile boolean enough;

    @Override
    public void run() {
      while (!enough) {
        long begin = System.nanoTime();
        try {
          ClientCalls.blockingUnaryCall(
              channel, Wire.WORK, PATIENT, StringValue.of(StormProcess.ECHO));
          nanos.add((double) (System.nanoTime() - begin));
        } catch (StatusRuntimeException e) {
          failed++;
        }
        LockSupport.parkNanos(BETWEEN_ECHOES_NANOS);
      }
    }

    double p99() {
      return nanos.isEmpty() ? 0 : Rounds.quantile(nanos, 0.99);
    }
  }

  private static final class CountsEnds extends ClientStreamTracer.Factory {
    private final AtomicLong ended;

    CountsEnds(AtomicLong ended) {
      this.ended = ended;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void streamClosed(Status status) {
          ended.incrementAndGet();
        }
      };
    }
  }

  private static final class Ignored implements StreamObserver<StringValue> {
    @Override
    public void onNext(StringValue answer) {}

    @Override
    public void onError(Throwable canceled) {}

    @Override
    public void onCompleted() {}
  }
}
