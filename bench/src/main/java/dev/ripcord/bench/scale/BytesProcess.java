package dev.ripcord.bench.scale;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;

/** Counts what one context of a {@link Tree} keeps alive: {@code BytesProcess OURS 1000000}. */
final class BytesProcess {
  private static final int WARM_UP_SHARE = 100;

  private BytesProcess() {}

  public static void main(String[] arguments) {
    Tree tree = Tree.valueOf(arguments[0]);
    int size = Integer.parseInt(arguments[1]);
    bytes(tree, size / WARM_UP_SHARE, true); // what the first one brings stays
    System.out.println("bytes " + size + " " + bytes(tree, size, false));
    System.out.println("listening-bytes " + size + " " + bytes(tree, size, true));
  }

  /** What one of so many under one parent keeps, itself included. */
  private static double bytes(Tree tree, int size, boolean listening) {
    Object listener = tree.listener(() -> {});
    Object[] members = new Object[size];
    long before = used();
    Object parent = tree.parent();
    try {
      for (int i = 0; i < size; i++) {
        members[i] = listening ? tree.listeningChild(parent, listener) : tree.child(parent);
      }
      return (double) (used() - before) / size;
    } finally {
      Reference.reachabilityFence(parent);
      Reference.reachabilityFence(members);
    }
  }

  private static long used() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
