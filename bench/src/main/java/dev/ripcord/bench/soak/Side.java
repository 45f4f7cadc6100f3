package dev.ripcord.bench.soak;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Reason;
import dev.ripcord.grpc.Ripcord;
import io.grpc.Context;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is under load: how calls are ended early, and how a handler hears of it. */
interface Side {

  /** The side of that name. */
  static Side named(String name) {
    return switch (name) {
      case "bare" -> new Bare();
      case "ripcord" -> new WithRipcord();
      default -> throw new IllegalArgumentException("no side " + name);
    };
  }

  /** On a server. */
  void install(NettyServerBuilder server);

  /** On a channel. */
  void install(NettyChannelBuilder channel);

  /** Makes a call in a context that ends when the returned action is run, for that reason. */
  Runnable cancellable(Runnable call, Reason why);

  /** Makes a call in a context that ends by itself; the returned action releases it. */
  Runnable expiring(Duration after, Runnable call);

  /**
   * Tells why the context of the handler that this runs in has ended: a reason's code and message,
   * or null if the side does not say.
   */
  void whenDone(Consumer<@Nullable String> action);

  /** How many calls are being handled, as far as the side knows. */
  int liveCalls();

  /** Calls ended here whose callees could not be told why. */
  long untold();

  /** grpc-java and nothing else. */
  final class Bare implements Side {
    private final ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "deadlines");
              thread.setDaemon(true);
              return thread;
            });

    @Override
    public void install(NettyServerBuilder server) {}

    @Override
    public void install(NettyChannelBuilder channel) {}

    @Override
    public Runnable cancellable(Runnable call, Reason why) {
      Context.CancellableContext context = Context.ROOT.withCancellation();
      context.run(call);
      return () -> context.cancel(null);
    }

    @Override
    public Runnable expiring(Duration after, Runnable call) {
      Context.CancellableContext context =
          Context.ROOT.withDeadlineAfter(after.toNanos(), TimeUnit.NANOSECONDS, timer);
      context.run(call);
      return () -> context.cancel(null);
    }

    @Override
    public void whenDone(Consumer<@Nullable String> action) {
      Context.current().addListener(ended -> action.accept(null), Runnable::run);
    }

    @Override
    public int liveCalls() {
      return 0;
    }

    @Override
    public long untold() {
      return 0;
    }
  }

  /** Ours, with everything installed. */
  final class WithRipcord implements Side {
    private final Ripcord ripcord = Ripcord.builder().service("soak").build();

    @Override
    public void install(NettyServerBuilder server) {
      ripcord.install(server);
    }

    @Override
    public void install(NettyChannelBuilder channel) {
      ripcord.install(channel);
    }

    @Override
    public Runnable cancellable(Runnable call, Reason why) {
      CancelScope scope = dev.ripcord.Context.background().withCancel();
      scope.context().run(call);
      return () -> scope.cancel(why);
    }

    @Override
    public Runnable expiring(Duration after, Runnable call) {
      CancelScope scope = dev.ripcord.Context.background().withTimeout(after);
      scope.context().run(call);
      return scope::close;
    }

    @Override
    public void whenDone(Consumer<@Nullable String> action) {
      dev.ripcord.Context.current().onDone(Runnable::run, why -> action.accept(words(why)));
    }

    private static String words(Cancellation why) {
      return why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED
          ? Orders.DEADLINE
          : Orders.words(why.reason());
    }

    @Override
    public int liveCalls() {
      return ripcord.liveCalls();
    }

    @Override
    public long untold() {
      return ripcord.counters().reasonsUndelivered();
    }
  }
}
