package dev.ripcord.bench.scale;

import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.cascade.Wire;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsBlockingStub;
import dev.ripcord.proto.v1.ListRequest;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final int WARM_UPS = 20;
  private static final int MOST_TIMES = 9; // of the smallest size
  private static final int FEWER = 3; // times that, of the next
  private static final int CANCELS = 15;
  private static final long CLEARING_MILLIS = 100; // else it would not have got further
  private static final int STILL_FALLING = 500; // by more than so small a part
  private static final double NANOS_PER_MICRO = 1e3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

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
  private final Instances looking; // as the commands do
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();

  private CallsProcess(Callers callers) throws IOException, InterruptedException {
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
    looking = Instances.open(List.of("127.0.0.1:" + server.getPort()));
  }

  public static void main(String[] arguments) throws Exception {
    CallsProcess process = new CallsProcess(Callers.valueOf(arguments[0]));
    int largest = Integer.parseInt(arguments[1]);
    AUDIT.setLevel(Level.OFF); // one line for each cancel
    boolean timed = process.ours; // of the others only the heap is looked at
    for (int i = 0; i < (timed ? WARM_UPS : 1); i++) {
      process.round(SMALLEST, 0);
    }
    int times = timed ? MOST_TIMES : 1;
    for (int size = SMALLEST; size <= largest; size *= 10) {
      process.measure(size, times);
      times = Math.max(1, times / FEWER);
    }
    System.exit(0);
  }

  /** The medians of so many rounds: of few calls, one that is disturbed says nothing. */
  private void measure(int size, int times) throws Exception {
    figures.clear();
    for (int i = 0; i < times; i++) {
      long before = used();
      round(size, before);
    }
    figures.forEach(
        (what, all) -> System.out.println(what + " " + size + " " + Rounds.quantile(all, 0.5)));
  }

  /** So many calls begin and end; what they keep is measured if {@code before} says beside what. */
  private void round(int size, long before) throws Exception {
    RequestId request = RequestId.random();
    Runnable end = begin(size, request);
    if (before > 0) {
      keep("call-bytes", (double) (used() - before) / size);
    }
    if (ours) {
      keep("list", list(size));
      keep("cancel-one", cancelOne());
      keep("cancel-all", cancelAll(size, request));
    } else {
      end.run();
      await(ended, size);
    }
  }

  private void keep(String what, double figure) {
    figures.computeIfAbsent(what, none -> new ArrayList<>()).add(figure);
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
    if (!what.tryAcquire(size, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new TimeoutException("only " + what.availablePermits() + " of " + size);
    }
  }

  /** Microseconds for each of all. */
  private double list(int size) throws InterruptedException {
    long start = System.nanoTime();
    int found = looking.list(ListRequest.getDefaultInstance(), PATIENCE).get(0).get().size();
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
  private static long used() throws InterruptedException {
    long now = usedNow();
    long before;
    do {
      before = now;
      TimeUnit.MILLISECONDS.sleep(CLEARING_MILLIS);
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
