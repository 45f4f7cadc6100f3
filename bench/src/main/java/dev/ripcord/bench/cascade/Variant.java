package dev.ripcord.bench.cascade;

import dev.ripcord.CancelScope;
import dev.ripcord.Reason;
import dev.ripcord.grpc.Ripcord;
import io.grpc.Context;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;

/** What is compared: how it is installed, how a handler hears of its end, how the edge cancels. */
public interface Variant {

  /** The variant of that name. */
  static Variant named(String name, String service) {
    return switch (name) {
      case "bare" -> new Bare();
      case "ripcord" -> new WithRipcord(service);
      default -> throw new IllegalArgumentException("no variant " + name);
    };
  }

  /** On a server; returns its builder. */
  <B extends ServerBuilder<?>> B install(B server);

  /** On a channel; returns its builder. */
  <B extends ManagedChannelBuilder<?>> B install(B channel);

  /** Runs {@code action} when the context of the handler that this runs in has ended. */
  void whenDone(Runnable action);

  /** Runs {@code calls} in a context that ends when the returned action is run. */
  Runnable begin(Runnable calls);

  /** Nothing but grpc-java and its context. */
  final class Bare implements Variant {
    @Override
    public <B extends ServerBuilder<?>> B install(B server) {
      return server;
    }

    @Override
    public <B extends ManagedChannelBuilder<?>> B install(B channel) {
      return channel;
    }

    @Override
    public void whenDone(Runnable action) {
      Context.current().addListener(ended -> action.run(), Runnable::run);
    }

    @Override
    public Runnable begin(Runnable calls) {
      Context.CancellableContext edge = Context.ROOT.withCancellation();
      edge.run(calls);
      return () -> edge.cancel(null);
    }
  }

  /** Everything installed, and a reason that travels. */
  final class WithRipcord implements Variant {
    private final Ripcord ripcord;

    WithRipcord(String service) {
      ripcord = Ripcord.builder().service(service).build();
    }

    @Override
    public <B extends ServerBuilder<?>> B install(B server) {
      return ripcord.install(server);
    }

    @Override
    public <B extends ManagedChannelBuilder<?>> B install(B channel) {
      return ripcord.install(channel);
    }

    @Override
    public void whenDone(Runnable action) {
      dev.ripcord.Context.current().onDone(Runnable::run, why -> action.run());
    }

    @Override
    public Runnable begin(Runnable calls) {
      CancelScope edge = dev.ripcord.Context.background().withCancel();
      edge.context().run(calls);
      return () -> edge.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
    }
  }
}
