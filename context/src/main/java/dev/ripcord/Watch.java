package dev.ripcord;

import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the {@link LeakDetector} knows of one scope or group, told by it and kept outside of it: it
 * is judged after the other has become garbage.
 *
 * <p>It must not keep a scope alive, so it keeps nothing that may lead there: the context's
 * listeners may well refer to their scope.
 */
final class Watch implements Runnable {
  /** What stands above the caller in a stack that creates something. */
  private static final Set<String> OURS =
      Set.of(
          Watch.class.getName(),
          LeakDetector.class.getName(),
          CancelScope.class.getName(),
          Derive.class.getName(),
          Context.class.getName(),
          TaskGroup.class.getName(),
          TaskGroup.Task.class.getName());

  /** Made when the first is watched: it costs a thread. */
  private static final class Collected {
    static final Cleaner CLEANER = Cleaner.create(Collected::thread);

    private static Thread thread(Runnable work) {
      Thread thread = new Thread(null, work, "ripcord-leaks", 0, false);
      thread.setDaemon(true);
      // Not that of whoever came first, which it would keep alive.
      thread.setContextClassLoader(Watch.class.getClassLoader());
      return thread;
    }
  }

  private final LeakDetector detector;
  private final Leak.Kind kind;
  private final Throwable createdAt = new Throwable("created here");
  private @Nullable WeakReference<CancelNode> node; // of a scope
  private volatile boolean open; // somebody counts on the one who is to close or to join

  Watch(LeakDetector detector, Leak.Kind kind) {
    this.detector = detector;
    this.kind = kind;
  }

  /** A scope that ends {@code context}, watched from now on. */
  CancelScope scopeOf(CancelNode context) {
    WatchedNode watched = new WatchedNode(context, this);
    CancelScope scope = new CancelScope(watched);
    node = new WeakReference<>(watched);
    collectLater(scope);
    return scope;
  }

  /** {@link #run} comes when {@code object} has become garbage. */
  void collectLater(Object object) {
    detector.watched();
    var unused = Collected.CLEANER.register(object, this);
  }

  /** Whether somebody counts on the object from now on. */
  void open(boolean now) {
    open = now;
  }

  /** The object has been collected. */
  @Override
  public void run() {
    try {
      if (open && !hasEnded()) {
        createdAt.setStackTrace(place());
        detector.found(new Leak(kind, createdAt));
      }
    } catch (Throwable ofReport) {
      Threads.uncaught(ofReport);
    } finally {
      detector.collected();
    }
  }

  /**
   * An end that is only now making its way down holds the node, as does a timer that is late. A
   * node that is gone was held by nothing that could end it.
   */
  private boolean hasEnded() {
    CancelNode left = node == null ? null : node.get();
    return left != null && left.isDone();
  }

  private StackTraceElement[] place() {
    StackTraceElement[] stack = createdAt.getStackTrace();
    int from = 0;
    while (from < stack.length && OURS.contains(stack[from].getClassName())) {
      from++;
    }
    return Arrays.copyOfRange(stack, from, stack.length);
  }
}
