package dev.ripcord.bench.scale;

import dev.ripcord.bench.Rounds;
import java.lang.ref.Reference;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;

/** Times one {@link Tree} at all sizes: {@code TreeProcess OURS 1000000}. */
final class TreeProcess {
  private static final int SMALLEST = 1_000;
  private static final long GUESTS_NANOS = 60_000_000; // how long one comes and goes beside n
  private static final int WARM_UP = 100;
  private static final int MOST_FAMILIES = 20;
  private static final int MOST_GUESTS = 5;
  private static final int FEWEST_GUESTS = 20;

  private final Tree tree;
  private final Object listener;
  private int heard;

  private TreeProcess(Tree tree) {
    this.tree = tree;
    this.listener = tree.listener(() -> heard++);
  }

  public static void main(String[] arguments) {
    new TreeProcess(Tree.valueOf(arguments[0])).measure(Integer.parseInt(arguments[1]));
  }

  private void measure(int largest) {
    for (int i = 0; i < WARM_UP; i++) {
      family(SMALLEST);
      guest(SMALLEST);
    }
    for (int size = SMALLEST; size <= largest; size *= 10) {
      say("family", size, family(largest, size));
      say("guest", size, guests(largest, size));
    }
  }

  private static void say(String what, int size, double figure) {
    System.out.println(what + " " + size + " " + figure);
  }

  /** The median of some families of that size. */
  private double family(int largest, int size) {
    family(size); // the heap's pages are touched for the first time
    return median(Math.min(MOST_FAMILIES, largest / size / 4), () -> family(size));
  }

  private static double median(int times, DoubleSupplier nanos) {
    return Rounds.quantile(
        DoubleStream.generate(nanos).limit(Math.max(1, times)).boxed().toList(), 0.5);
  }

  /** Nanoseconds per child to derive so many, listen to each, and cancel their parent. */
  private double family(int size) {
    int before = heard;
    long start = System.nanoTime();
    Object parent = tree.parent();
    for (int i = 0; i < size; i++) {
      tree.listeningChild(parent, listener);
    }
    tree.cancel(parent);
    long took = System.nanoTime() - start;
    if (heard - before != size) {
      throw new IllegalStateException(tree.title() + " lost " + (size - (heard - before)));
    }
    return (double) took / size;
  }

  /** The median of some that come and go: beside a thousand it is over in no time. */
  private double guests(int largest, int size) {
    return median(Math.min(MOST_GUESTS, largest / size / 4), () -> guest(size));
  }

  /** Nanoseconds for one that is derived, listened to, and cancelled beside so many live ones. */
  private double guest(int size) {
    Object parent = tree.parent();
    try {
      for (int i = 0; i < size; i++) {
        tree.listeningChild(parent, listener);
      }
      return guest(parent, size);
    } finally {
      Reference.reachabilityFence(parent); // to end it would take longer than all this
    }
  }

  private double guest(Object parent, int most) {
    int guests = 0;
    long start = System.nanoTime();
    long end = start;
    while (guests < FEWEST_GUESTS || (end - start < GUESTS_NANOS && guests < most)) {
      tree.cancel(tree.listeningChild(parent, listener));
      guests++;
      if (guests % FEWEST_GUESTS == 0) {
        end = System.nanoTime();
      }
    }
    end = System.nanoTime();
    return (double) (end - start) / guests;
  }
}
