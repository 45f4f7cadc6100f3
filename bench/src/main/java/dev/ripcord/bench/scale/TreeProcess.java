package dev.ripcord.bench.scale;

import dev.ripcord.bench.Rounds;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** Measures one {@link Tree} at all sizes: {@code TreeProcess OURS 1000000}. */
final class TreeProcess {
  private static final int SMALLEST = 1_000;
  private static final long GUESTS_NANOS = 60_000_000; // how long one comes and goes beside n
  private static final int WARM_UP = 100;
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
      say("guest", size, guest(size));
    }
    say("bytes", largest, bytes(largest, false));
    say("listening-bytes", largest, bytes(largest, true));
  }

  private static void say(String what, int size, double figure) {
    System.out.println(what + " " + size + " " + figure);
  }

  /** The median of some families of that size. */
  private double family(int largest, int size) {
    int times = Math.max(1, Math.min(20, largest / size / 4));
    family(size); // the heap's pages are touched for the first time
    List<Double> nanos = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      nanos.add(family(size));
    }
    return Rounds.quantile(nanos, 0.5);
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

  /** Nanoseconds for one that is derived, listened to, and cancelled beside so many live ones. */
  private double guest(int size) {
    Object parent = tree.parent();
    for (int i = 0; i < size; i++) {
      tree.listeningChild(parent, listener);
    }
    int guests = 0;
    long start = System.nanoTime();
    long end = start;
    while (guests < FEWEST_GUESTS || (end - start < GUESTS_NANOS && guests < size)) {
      tree.cancel(tree.listeningChild(parent, listener));
      guests++;
      if (guests % FEWEST_GUESTS == 0) {
        end = System.nanoTime();
      }
    }
    end = System.nanoTime();
    tree.cancel(parent);
    return (double) (end - start) / guests;
  }

  /** What one of so many under one parent keeps alive, itself included. */
  private double bytes(int size, boolean listening) {
    Object[] members = new Object[size];
    long before = used();
    Object parent = tree.parent();
    for (int i = 0; i < size; i++) {
      members[i] = listening ? tree.listeningChild(parent, listener) : tree.child(parent);
    }
    long after = used();
    tree.cancel(parent);
    if (members[0] == null) { // and so they all lived until here
      throw new IllegalStateException("nothing was kept");
    }
    return (double) (after - before) / size;
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
