package dev.ripcord.bench.scale;

import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.cascade.Wire;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsBlockingStub;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Has many calls live at once: {@code CallsProcess OURS 100000}. Caller and callee are in this one
 * process, with a real socket between them; the handlers only wait. Says what a live call keeps on
 * both ends together; of ours also what an operator waits for.
 */
final class CallsProcess {
  private static final Logger AUDIT = Logger.getLogger("dev.ripcord.audit");
  private static final int SMALLEST = 1_000;
  private static final int WARM_UP = 4; // times the smallest size
  private static final int CANCELS = 15;
  private static final int STILL_FALLING = 500; // by more than so small a part
  private static final double NANOS_PER_MICRO = 1e3;
  private static final long PATIENCE_SECONDS = 60;

  /** With or without Ripcord. */
  enum Callers {
    OURS,
    BARE
  }

  private final boolean ours;
  private final Ripcord ripcord = Ripcord.builder().service("scale").build();
  private final Semaphore started = new Semaphore(0);
  private final Semaphore ended = new Semaphore(0);
  private final ManagedChannel channel;
  private final ContextsBlockingStub operator;

  private CallsProcess(Callers callers) throws IOException {
    ours = callers == Callers.OURS;
    NettyServerBuilder builder = Wire.server();
    Server server =
        (ours ? ripcord.install(builder) : builder)
            .addService(
                ServerServiceDefinition.builder(Wire.SERVICE)
                    .addMethod(
                        Wire.WORK,
                        ServerCalls.asyncUnaryCall((request, caller) -> started.release()))
                    .build())
            .build()
            .start();
    NettyChannelBuilder calls = Wire.channel(server.getPort());
    channel = (ours ? ripcord.install(calls) : calls).build();
    operator = ContextsGrpc.newBlockingStub(Wire.channel(server.getPort()).build());
  }

  public static void main(String[] arguments) throws Exception {
    CallsProcess process = new CallsProcess(Callers.valueOf(arguments[0]));
    int largest = Integer.parseInt(arguments[1]);
    AUDIT.setLevel(Level.OFF); // one line for each cancel
    for (int i = 0; i < Math.min(WARM_UP, largest / SMALLEST); i++) {
      process.measure(SMALLEST, false);
    }
    for (int size = SMALLEST; size <= largest; size *= 10) {
      process.measure(size, true);
    }
    System.exit(0);
  }

  private void measure(int size, boolean counts) throws Exception {
    long before = used();
    RequestId request = RequestId.random();
    Runnable end = begin(size, request);
    say(counts, "call-bytes", size, (double) (used() - before) / size);
    if (ours) {
      say(counts, "list", size, list(size));
      say(counts, "cancel-one", size, cancelOne());
      say(counts, "cancel-all", size, cancelAll(size, request));
    } else {
      end.run();
      await(ended, size);
    }
  }

  private static void say(boolean counts, String what, int size, double figure) {
    if (counts) {
      System.out.println(what + " " + size + " " + figure);
    }
  }

  /** So many calls of one request. */
  private Runnable begin(int size, RequestId request) throws Exception {
    Runnable end;
    if (ours) {
      CancelScope scope = Context.background().withCancel();
      Ripcord.withRequestId(scope.context(), request).run(() -> call(size));
      end = scope::cancel;
    } else {
      io.grpc.Context.CancellableContext context = io.grpc.Context.ROOT.withCancellation();
      context.run(() -> call(size));
      end = () -> context.cancel(null);
    }
    await(started, size);
    return end;
  }

  private void call(int size) {
    for (int i = 0; i < size; i++) {
      ClientCalls.asyncUnaryCall(
          channel.newCall(Wire.WORK, CallOptions.DEFAULT),
          StringValue.getDefaultInstance(),
          new Ended(ended));
    }
  }

  private static void await(Semaphore what, int size)
      throws InterruptedException, TimeoutException {
    if (!what.tryAcquire(size, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new TimeoutException("only " + what.availablePermits() + " of " + size);
    }
  }

  /** Microseconds for each of all. */
  private double list(int size) {
    long start = System.nanoTime();
    Iterator<Node> nodes = operator.list(ListRequest.getDefaultInstance());
    int found = 0;
    while (nodes.hasNext()) {
      nodes.next();
      found++;
    }
    if (found < size) {
      throw new IllegalStateException("listed " + found + " of " + size);
    }
    return (System.nanoTime() - start) / NANOS_PER_MICRO / found;
  }

  /** Microseconds to end the only call of one request, among all that are live. */
  private double cancelOne() throws Exception {
    List<Double> micros = new ArrayList<>();
    for (int i = 0; i < CANCELS; i++) {
      RequestId request = RequestId.random();
      begin(1, request);
      long start = System.nanoTime();
      cancel(request, 1);
      micros.add((System.nanoTime() - start) / NANOS_PER_MICRO);
      await(ended, 1);
    }
    return Rounds.quantile(micros, 0.5);
  }

  /** Microseconds for each, until the caller has heard the end of all. */
  private double cancelAll(int size, RequestId request) throws Exception {
    long start = System.nanoTime();
    cancel(request, size);
    await(ended, size);
    return (System.nanoTime() - start) / NANOS_PER_MICRO / size;
  }

  private void cancel(RequestId request, int wanted) {
    CancelRequest order =
        CancelRequest.newBuilder().setRequestId(ByteString.copyFrom(request.toBytes())).build();
    int found = operator.cancel(order).getFound();
    if (found != wanted) {
      throw new IllegalStateException("found " + found + " calls, not " + wanted);
    }
  }

  /** When nothing more becomes free: what has ended is still being cleared away elsewhere. */
  private static long used() {
    long now = usedNow();
    long before;
    do {
      before = now;
      now = usedNow();
    } while (now < before - before / STILL_FALLING);
    return now;
  }

  private static long usedNow() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private record Ended(Semaphore ended) implements StreamObserver<StringValue> {
    @Override
    public void onNext(StringValue answer) {
      throw new IllegalStateException("nobody answers here");
    }

    @Override
    public void onError(Throwable canceled) {
      ended.release();
    }

    @Override
    public void onCompleted() {}
  }
}
