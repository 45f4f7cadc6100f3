package dev.ripcord.bind;

import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Registration;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A response's body that fails when its context ends, also if its call has returned by then.
 *
 * <p>A subscriber is told one thing at a time. So if the end comes while it is being told
 * something, whoever tells it goes on with the failure.
 */
final class HttpBody<T> implements BodySubscriber<T> {
  private static final int ENDED =
      1 << 30; // the context ended: only the failure is still to be told
  private static final int CLOSED = 1 << 29; // the body is complete or has failed by itself

  private final Context context;
  private final BodySubscriber<T> to;
  private final AtomicInteger state = new AtomicInteger(); // how many are telling it, and the above
  private volatile @Nullable Cancellation why;
  private Flow.@Nullable Subscription subscription; // set before anybody listens
  private volatile @Nullable Registration hook;

  private HttpBody(Context context, BodySubscriber<T> to) {
    this.context = context;
    this.to = to;
  }

  static <T> BodyHandler<T> endingWith(Context context, BodyHandler<T> handler) {
    return context.canEnd() ? info -> new HttpBody<>(context, handler.apply(info)) : handler;
  }

  @Override
  public CompletionStage<T> getBody() {
    return to.getBody();
  }

  @Override
  public void onSubscribe(Flow.Subscription from) {
    subscription = from;
    tell(
        () -> {
          hook = context.onDone(StopThreads::run, this::end);
          to.onSubscribe(new Forgetting(from));
        });
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    tell(() -> to.onNext(item));
  }

  @Override
  public void onError(Throwable failure) {
    if (mark(CLOSED) >= 0) {
      forget();
      to.onError(failure);
    }
  }

  @Override
  public void onComplete() {
    if (mark(CLOSED) >= 0) {
      forget();
      to.onComplete();
    }
  }

  private void end(Cancellation end) {
    why = end;
    int telling = mark(ENDED);
    if (telling >= 0) {
      Objects.requireNonNull(subscription).cancel();
      if (telling == 0) {
        fail();
      }
    }
  }

  private void tell(Runnable what) {
    if (!enter()) {
      return;
    }
    try {
      what.run();
    } finally {
      if (state.decrementAndGet() == ENDED) {
        fail();
      }
    }
  }

  private boolean enter() {
    while (true) {
      int now = state.get();
      if (now >= CLOSED) {
        return false;
      }
      if (state.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  /** Answers how many were telling, or -1 if it was marked before. */
  private int mark(int how) {
    while (true) {
      int now = state.get();
      if (now >= CLOSED) {
        return -1;
      }
      if (state.compareAndSet(now, now | how)) {
        return now;
      }
    }
  }

  private void fail() {
    to.onError(Objects.requireNonNull(why).toException());
  }

  private void forget() {
    Registration listening = hook;
    if (listening != null) {
      listening.stop();
    }
  }

  /** A reader that wants no more need not be told of the end. */
  private final class Forgetting implements Flow.Subscription {
    private final Flow.Subscription of;

    Forgetting(Flow.Subscription of) {
      this.of = of;
    }

    @Override
    public void request(long n) {
      of.request(n);
    }

    @Override
    public void cancel() {
      forget();
      of.cancel();
    }
  }
}
