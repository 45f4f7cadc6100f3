package dev.ripcord.bench.scale;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Context.CancellationListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import kotlin.Unit;
import kotlin.jvm.functions.Function1;
import kotlinx.coroutines.CompletableJob;
import kotlinx.coroutines.JobKt;

/** A contender: how one makes a parent, a child of it that is listened to, and ends either. */
@SuppressWarnings("FutureReturnValueIgnored") // a contender is made of futures
enum Tree {
  OURS("Ripcord") {
    @Override
    Object parent() {
      return Context.background().withCancel();
    }

    @Override
    Object child(Object parent) {
      return ((CancelScope) parent).context().withCancel();
    }

    @Override
    @SuppressWarnings("unchecked") // made by listener()
    Object listeningChild(Object parent, Object listener) {
      CancelScope child = ((CancelScope) parent).context().withCancel();
      child.context().onDone(INLINE, (Consumer<Cancellation>) listener);
      return child;
    }

    @Override
    Object listener(Runnable action) {
      return (Consumer<Cancellation>) end -> action.run();
    }

    @Override
    void cancel(Object any) {
      ((CancelScope) any).cancel();
    }
  },

  GRPC("io.grpc.Context") {
    @Override
    Object parent() {
      return io.grpc.Context.ROOT.withCancellation();
    }

    @Override
    Object child(Object parent) {
      return ((CancellableContext) parent).withCancellation();
    }

    @Override
    Object listeningChild(Object parent, Object listener) {
      CancellableContext child = ((CancellableContext) parent).withCancellation();
      child.addListener((CancellationListener) listener, INLINE);
      return child;
    }

    @Override
    Object listener(Runnable action) {
      return (CancellationListener) context -> action.run();
    }

    @Override
    void cancel(Object any) {
      ((CancellableContext) any).cancel(null);
    }
  },

  KOTLIN("kotlinx Job") {
    @Override
    Object parent() {
      return JobKt.Job(null);
    }

    @Override
    Object child(Object parent) {
      return JobKt.Job((CompletableJob) parent);
    }

    @Override
    @SuppressWarnings("unchecked") // made by listener()
    Object listeningChild(Object parent, Object listener) {
      CompletableJob child = JobKt.Job((CompletableJob) parent);
      child.invokeOnCompletion((Function1<Throwable, Unit>) listener);
      return child;
    }

    @Override
    Object listener(Runnable action) {
      return (Function1<Throwable, Unit>)
          failure -> {
            action.run();
            return Unit.INSTANCE;
          };
    }

    @Override
    void cancel(Object any) {
      ((CompletableJob) any).cancel(null);
    }
  },

  FUTURE("CompletableFuture") {
    @Override
    Object parent() {
      return new CompletableFuture<>();
    }

    @Override
    Object child(Object parent) {
      CompletableFuture<Object> child = new CompletableFuture<>();
      ((CompletableFuture<?>) parent).whenComplete((value, failure) -> child.cancel(false));
      return child;
    }

    @Override
    @SuppressWarnings("unchecked") // made by listener()
    Object listeningChild(Object parent, Object listener) {
      CompletableFuture<Object> child = (CompletableFuture<Object>) child(parent);
      child.whenComplete((BiConsumer<Object, Throwable>) listener);
      return child;
    }

    @Override
    Object listener(Runnable action) {
      return (BiConsumer<Object, Throwable>) (value, failure) -> action.run();
    }

    @Override
    void cancel(Object any) {
      ((CompletableFuture<?>) any).cancel(false);
    }
  };

  private static final Executor INLINE = Runnable::run;

  private final String title;

  Tree(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract Object parent();

  abstract Object child(Object parent);

  /** In its own words; one for all children, since what a listener keeps is the user's. */
  abstract Object listener(Runnable action);

  abstract Object listeningChild(Object parent, Object listener);

  abstract void cancel(Object any);
}
