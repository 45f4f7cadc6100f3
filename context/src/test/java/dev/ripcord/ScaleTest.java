package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rule 11 and lazy linking: deep, wide, and long-lived. */
class ScaleTest {
  private static final int MILLION = 1_000_000;
  private static final long MEGABYTE = 1 << 20;

  /** What is still reachable: the least of a few looks, since others run meanwhile. */
  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  @DisplayName("derive and forget under one live parent: nothing is kept")
  void deriveAndForget_keepsNothing() {
    int rounds = Effort.of(MILLION, 10 * MILLION);
    CancelScope parent = Context.background().withCancel();
    long before = usedHeap();
    for (int i = 0; i < rounds; i++) {
      parent.context().withTimeout(Duration.ofHours(1)).context().isDone();
    }
    assertThat(usedHeap() - before).isLessThan(4 * MEGABYTE);
    assertThat(Tree.members(parent.context())).isZero();
    assertThat(parent.cancel()).isTrue();
  }

  @Test
  @DisplayName("derive, listen and cancel under one live parent: nothing is kept")
  void deriveListenCancel_keepsNothing() {
    int rounds = Effort.of(MILLION, 10 * MILLION);
    CancelScope parent = Context.background().withCancel();
    AtomicInteger ran = new AtomicInteger();
    long before = usedHeap();
    for (int i = 0; i < rounds; i++) {
      try (CancelScope child = parent.context().withCancel()) {
        child.context().onDone(Runnable::run, end -> ran.incrementAndGet());
      }
    }
    assertThat(ran).hasValue(rounds);
    assertThat(Tree.members(parent.context())).isZero();
    assertThat(usedHeap() - before).isLessThan(4 * MEGABYTE);
    assertThat(parent.cancel()).isTrue();
  }

  @Test
  @DisplayName("the same with a real timeout each: nothing stays in the timer's queue")
  void timeoutListenCancel_keepsNothing() {
    int rounds = Effort.of(MILLION / 10, 10 * MILLION);
    CancelScope parent = Context.background().withCancel();
    long before = usedHeap();
    for (int i = 0; i < rounds; i++) {
      try (CancelScope child = parent.context().withTimeout(Duration.ofHours(1))) {
        child.context().onDone(Runnable::run, end -> {});
      }
    }
    assertThat(usedHeap() - before).isLessThan(4 * MEGABYTE);
    assertThat(SystemTime.INSTANCE.waiting()).isLessThan(100);
    assertThat(parent.cancel()).isTrue();
  }

  @Test
  @DisplayName(
      "rule 11: a million levels, listeners on many: no overflow, each told once, in order")
  void deepTree_tellsEveryListenerOnce() {
    tellsEveryListenerOnce(MILLION, 10_000);
  }

  @Test
  @DisplayName("rule 11: the same with a listener on every level")
  void deepTree_withAListenerOnEveryLevel() {
    tellsEveryListenerOnce(5_000, 1); // listening may cost the depth, so all of it is quadratic
  }

  private static void tellsEveryListenerOnce(int levels, int every) {
    CancelScope top = Context.background().withCancel();
    int[] toldAt = new int[levels / every];
    AtomicInteger order = new AtomicInteger();
    Context context = top.context();
    for (int i = 0; i < levels; i++) {
      context = context.withCancel().context();
      if ((i + 1) % every == 0) {
        int index = i / every;
        context.onDone(Runnable::run, end -> toldAt[index] += order.incrementAndGet());
      }
    }
    assertThat(context.isDone()).isFalse();
    top.cancel();
    for (int i = 0; i < toldAt.length; i++) {
      assertThat(toldAt[i]).isEqualTo(i + 1);
    }
    assertThat(order).hasValue(toldAt.length);
    assertThat(context.cancellation()).isSameAs(top.context().cancellation());
  }

  @Test
  @DisplayName("rule 11: a million levels, one listener at the bottom: listening, stopping, ending")
  void deepTree_withOneListener() {
    CancelScope top = Context.background().withCancel();
    List<CancelScope> scopes = new ArrayList<>(MILLION);
    Context context = top.context();
    for (int i = 0; i < MILLION; i++) {
      CancelScope scope = context.withCancel();
      scopes.add(scope);
      context = scope.context();
    }
    AtomicInteger ran = new AtomicInteger();
    Registration stopped = context.onDone(Runnable::run, end -> ran.incrementAndGet());
    assertThat(Tree.members(top.context())).isEqualTo(1);
    assertThat(stopped.stop()).isTrue();
    assertThat(Tree.members(top.context())).isZero();
    context.onDone(Runnable::run, end -> ran.incrementAndGet());
    scopes.get(MILLION / 2).cancel(Reason.USER_CANCELED);
    assertThat(ran).hasValue(1);
    assertThat(context.cancellation().reason()).isEqualTo(Reason.USER_CANCELED);
    assertThat(scopes.get(MILLION / 2 - 1).context().isDone()).isFalse();
    assertThat(Tree.members(top.context())).isZero();
    top.cancel(Reason.SHUTDOWN);
    assertThat(scopes.get(0).context().cancellation().reason()).isEqualTo(Reason.SHUTDOWN);
  }

  @Test
  @DisplayName("rule 11: looking at the bottom of a million ended levels settles them all")
  void deepTree_settles() {
    FakeTime time = new FakeTime();
    CancelScope top = time.background().withTimeout(Duration.ofSeconds(1));
    Context context = top.context();
    List<Context> some = new ArrayList<>();
    for (int i = 0; i < MILLION; i++) {
      context = context.withCancel().context();
      if (i % 1_000 == 0) {
        some.add(context);
      }
    }
    time.skip(Duration.ofSeconds(1));
    Cancellation end = context.cancellation();
    assertThat(end.kind()).isEqualTo(Cancellation.Kind.DEADLINE_EXCEEDED);
    assertThat(some).allMatch(each -> each.cancellation() == end);
    AtomicInteger ran = new AtomicInteger();
    context.onDone(Runnable::run, e -> ran.incrementAndGet());
    assertThat(ran).hasValue(1);
  }

  @Test
  @DisplayName("rule 11: a million children, a listener on each: each told once")
  void wideTree_tellsEveryListenerOnce() {
    CancelScope top = Context.background().withCancel();
    byte[] told = new byte[MILLION];
    List<Context> children = new ArrayList<>(MILLION);
    for (int i = 0; i < MILLION; i++) {
      int index = i;
      Context child = top.context().withCancel().context();
      children.add(child);
      child.onDone(Runnable::run, end -> told[index]++);
    }
    assertThat(Tree.members(top.context())).isEqualTo(MILLION);
    top.cancel();
    for (int i = 0; i < MILLION; i++) {
      assertThat(told[i]).isEqualTo((byte) 1);
    }
    assertThat(children).allMatch(c -> c.cancellation() == top.context().cancellation());
    assertThat(Tree.members(top.context())).isZero();
  }

  @Test
  @DisplayName("many children leave one by one in random order, each at once")
  void wideTree_isLeftInAnyOrder() {
    int width = Effort.of(MILLION / 5, MILLION);
    long seed = new Random().nextLong();
    CancelScope top = Context.background().withCancel();
    List<CancelScope> children = Tree.children(top.context(), width);
    children.forEach(child -> child.context().onDone(Runnable::run, end -> {}));
    java.util.Collections.shuffle(children, new Random(seed));
    children.forEach(CancelScope::close);
    assertThat(Tree.members(top.context())).as("seed %s", seed).isZero();
  }

  @Test
  @DisplayName("Go: simultaneous cancels of a 100-node tree from 100 threads")
  void simultaneousCancels() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(50, 5_000); round++) {
        //  node i hangs below node i / 2; all listen
        List<CancelScope> scopes = new ArrayList<>();
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 100; i++) {
          Context parent = i == 0 ? Context.background() : scopes.get((i - 1) / 2).context();
          CancelScope scope = parent.withCancel();
          scope.context().onDone(Runnable::run, end -> told.incrementAndGet());
          scopes.add(scope);
        }
        List<Together.Action> actions = new ArrayList<>();
        AtomicInteger won = new AtomicInteger();
        for (CancelScope scope : scopes) {
          actions.add(
              () -> {
                won.addAndGet(scope.cancel(Reason.of("T" + scopes.indexOf(scope))) ? 1 : 0);
                assertThat(scope.context().isDone()).isTrue();
              });
        }
        together.run(actions);
        assertThat(told).hasValue(100);
        assertThat(won.get()).isBetween(1, 100);
        for (int i = 0; i < 100; i++) {
          Context each = scopes.get(i).context();
          assertThat(Tree.members(each)).isZero();
          Reason reason = each.cancellation().reason();
          if (!reason.code().equals("T" + i)) {
            assertThat(each.cancellation())
                .as("what is not its own is its parent's")
                .isSameAs(scopes.get((i - 1) / 2).context().cancellation());
          }
        }
      }
    }
  }

  @Test
  @DisplayName("Go: random chains of 30 and more layers, from a seed")
  void randomLayers() {
    for (int round = 0; round < Effort.of(300, 30_000); round++) {
      long seed = new Random().nextLong();
      try {
        new Layers(new Random(seed)).check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  /** A chain of random layers, and a simple model of what it must answer. */
  private static final class Layers {
    private final Random random;
    private final FakeTime time = new FakeTime();
    private final List<Key<Integer>> keys = new ArrayList<>();
    private final List<CancelScope> scopes = new ArrayList<>(); // those that can still end the leaf
    private final AtomicInteger told = new AtomicInteger();
    private Context context = time.background();
    private long leastMillis = Long.MAX_VALUE;

    Layers(Random random) {
      this.random = random;
    }

    void check() {
      int layers = 30 + random.nextInt(30);
      for (int i = 0; i < layers; i++) {
        addLayer();
      }
      Registration hook = context.onDone(Runnable::run, end -> told.incrementAndGet());
      for (int i = 0; i < keys.size(); i++) {
        assertThat(context.value(keys.get(i))).isEqualTo(i);
      }
      assertThat(context.isDone()).isFalse();
      endSomehow(hook);
      for (int i = 0; i < keys.size(); i++) {
        assertThat(context.value(keys.get(i))).isEqualTo(i);
      }
      scopes.forEach(CancelScope::close);
      assertThat(time.timers()).isZero();
    }

    private void addLayer() {
      switch (random.nextInt(6)) {
        case 0, 1 -> add(context.withCancel());
        case 2 -> {
          long millis = 1_000 + random.nextInt(100_000);
          leastMillis = Math.min(leastMillis, millis);
          add(context.withTimeout(Duration.ofMillis(millis), Reason.of("T" + millis)));
        }
        case 3, 4 -> {
          Key<Integer> key = Key.local("k" + keys.size());
          context = context.withValue(key, keys.size());
          keys.add(key);
        }
        default -> {
          if (random.nextInt(4) == 0) {
            context = context.withoutCancel();
            scopes.clear();
            leastMillis = Long.MAX_VALUE;
          } else {
            context = new Delegating(context);
          }
        }
      }
    }

    private void add(CancelScope scope) {
      scopes.add(scope);
      context = scope.context();
    }

    private void endSomehow(Registration hook) {
      int how = random.nextInt(3);
      if (how == 0 || scopes.isEmpty()) {
        assertThat(hook.stop()).isTrue();
        assertThat(time.timers()).isZero();
        scopes.forEach(CancelScope::close);
        assertThat(told).hasValue(0);
        assertThat(context.isDone()).isEqualTo(!scopes.isEmpty());
      } else if (how == 1 || leastMillis == Long.MAX_VALUE) {
        Reason why = Reason.of("X");
        assertThat(scopes.get(random.nextInt(scopes.size())).cancel(why)).isTrue();
        assertThat(context.cancellation().reason()).isEqualTo(why);
        assertThat(told).hasValue(1);
      } else {
        time.advance(Duration.ofMillis(leastMillis - 1));
        assertThat(context.isDone()).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(context.cancellation().reason()).isEqualTo(Reason.of("T" + leastMillis));
        assertThat(told).hasValue(1);
      }
    }
  }
}
