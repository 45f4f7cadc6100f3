package dev.ripcord.bench.scale;

import dev.ripcord.bench.Group;
import dev.ripcord.bench.Run;
import dev.ripcord.bench.scale.CallsProcess.Callers;
import dev.ripcord.bench.scale.DeadlinesProcess.Keeper;
import java.time.Duration;
import java.util.Locale;

/** Group {@code scale}: from a thousand contexts to a million. */
public final class ScaleGroup implements Group {
  private static final int HEAP_MB = 3_072;
  private static final int FLAT = 100_000; // the largest where the machine has not that much
  private static final int LARGEST = 1_000_000;
  private static final int MEMORY_FOR_CALLS = 30_000; // MB, for so many of them
  private static final int HEAPS_FOR_CALLS = 4;

  /** For the command. */
  public ScaleGroup() {}

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String purpose() {
    return "what a context costs among a thousand, and among a million";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(105);
  }

  @Override
  public void run(Run run) throws Exception {
    boolean enough = run.machine().memoryMb() >= 2 * HEAP_MB;
    if (!enough) {
      run.note("too little memory for a million: the largest is " + FLAT);
    }
    int largest = enough ? LARGEST : FLAT;
    int heap = enough ? HEAP_MB : HEAP_MB / 4;
    int rounds = run.quick() ? 2 : 7;
    new TreeRows(
            run,
            Forks.measure(Tree.class, TreeProcess.class, rounds, heap, largest),
            Forks.measure(Tree.class, BytesProcess.class, 1, heap, largest), // the same every time
            largest)
        .report();
    new DeadlineRows(
            run,
            Forks.measure(Keeper.class, DeadlinesProcess.class, rounds, heap, largest),
            largest)
        .report();
    calls(run, run.quick() ? 1 : rounds, heap);
  }

  /** A call is too much for a million where they would not fit into memory. */
  private static void calls(Run run, int rounds, int heap) throws Exception {
    boolean all = !run.quick() && run.machine().memoryMb() >= MEMORY_FOR_CALLS;
    int most = all ? LARGEST : FLAT;
    int heapOfAll = all ? HEAPS_FOR_CALLS * heap : heap;
    new CallRows(
            run, Forks.measure(Callers.class, CallsProcess.class, rounds, heapOfAll, most), most)
        .report();
  }

  static String number(int size) {
    return String.format(Locale.ROOT, "%,d", size);
  }
}
