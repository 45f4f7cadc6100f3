package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.testing.FakeTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Everything at once on a small random tree: threads derive, listen, stop, cancel, poll and let
 * deadlines strike, and what must always hold is looked at meanwhile and afterwards.
 */
class InterleavingTest {
  private static final int THREADS = 3;

  @Test
  @DisplayName("rules 6 to 10, 16, 18, 24, 26: whatever threads do to a tree at once")
  void anything_atOnce() throws Exception {
    try (Together together = new Together()) {
      for (int round = 0; round < Effort.of(10_000, 1_000_000); round++) {
        long seed = new Random().nextLong();
        try {
          new Round(seed).play(together);
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("seed " + seed + ", round " + round, e);
        }
      }
    }
  }

  /** A listener and what became of it. */
  private static final class Hook {
    final Context on;
    final AtomicInteger ran = new AtomicInteger();
    final AtomicInteger prevented = new AtomicInteger();
    volatile @Nullable Registration registration;

    Hook(Context on) {
      this.on = on;
    }

    void check() {
      assertThat(ran.get() + prevented.get())
          .as("ran %s, prevented %s, on %s", ran, prevented, on)
          .isEqualTo(1);
    }

    void stop(boolean join) {
      Registration registered = registration;
      if (registered != null && (join ? registered.stopOrJoin() : registered.stop())) {
        prevented.incrementAndGet();
      } else if (registered != null && join && prevented.get() == 0) {
        // Joined what ran, or lost against another stop that is about to say so.
        assertThat(ran.get()).isLessThanOrEqualTo(1);
      }
    }
  }

  private static final class Round {
    private final Random random;
    private final FakeTime time;
    private final List<CancelScope> scopes = new ArrayList<>();
    private final List<Integer> parents = new ArrayList<>();
    private final List<HandmadeContext> foreigners = new ArrayList<>();
    private final ConcurrentLinkedQueue<Hook> hooks = new ConcurrentLinkedQueue<>();

    Round(long seed) {
      random = new Random(seed);
      time = new FakeTime(random.nextBoolean() ? 0 : Long.MAX_VALUE - 1_500_000_000L);
      Context root = time.background();
      if (random.nextInt(4) == 0) {
        HandmadeContext foreign = new HandmadeContext();
        foreigners.add(foreign);
        root = foreign;
      }
      int nodes = 3 + random.nextInt(6);
      for (int i = 0; i < nodes; i++) {
        int parent = i == 0 ? -1 : random.nextInt(i);
        parents.add(parent);
        scopes.add(child(i, parent < 0 ? root : scopes.get(parent).context()));
      }
    }

    private CancelScope child(int i, Context parent) {
      Context from =
          switch (random.nextInt(6)) {
            case 0 -> parent.withValue(Key.local("k"), i);
            case 1 -> new Delegating(parent);
            default -> parent;
          };
      return random.nextInt(3) == 0
          ? from.withDeadline(
              time.after(Duration.ofMillis(500 + random.nextInt(2_000))), Reason.of("D" + i))
          : from.withCancel();
    }

    void play(Together together) throws Exception {
      List<Together.Action> actions = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        long seed = random.nextLong();
        actions.add(() -> new Player(new Random(seed)).play());
      }
      together.run(actions);
      time.advance(Duration.ZERO);
      checkReports();
      checkWhatHasEnded(); // before an end that would tell those who were forgotten
      end();
      checkNothingIsLeft();
    }

    private boolean isBelow(int node, int ancestor) {
      int at = node;
      while (at > ancestor) {
        at = parents.get(at);
      }
      return at == ancestor;
    }

    /** A node reports what the one above it reports, unless it ended earlier by itself. */
    private void checkReports() {
      for (int i = 0; i < scopes.size(); i++) {
        Cancellation end = scopes.get(i).context().cancellation();
        Context above = parents.get(i) < 0 ? null : scopes.get(parents.get(i)).context();
        if (above != null && above.isDone()) {
          assertThat(end).as("a live node below a done one").isNotNull();
        }
        if (end != null && !end.reason().code().substring(1).equals("" + i)) {
          if (above != null) {
            assertThat(end).isSameAs(above.cancellation());
          } else {
            assertThat(end.reason().code()).isEqualTo("F0");
          }
        }
      }
    }

    private void checkWhatHasEnded() {
      hooks.stream().filter(hook -> hook.on.isDone()).forEach(Hook::check);
      for (CancelScope scope : scopes) {
        assertThat(!scope.context().isDone() || Tree.members(scope.context()) == 0).isTrue();
      }
    }

    private void end() {
      foreigners.forEach(foreign -> foreign.end(Reason.of("F0")));
      time.advance(Duration.ofSeconds(random.nextInt(4)));
      scopes.get(0).cancel();
    }

    private void checkNothingIsLeft() {
      hooks.forEach(Hook::check);
      for (CancelScope scope : scopes) {
        assertThat(scope.context().isDone()).isTrue();
        assertThat(Tree.members(scope.context())).isZero();
      }
      foreigners.forEach(foreign -> assertThat(foreign.hooks()).isZero());
      assertThat(time.timers()).isZero();
    }

    private final class Player {
      private final Random dice;
      private final @Nullable Cancellation[] seen = new @Nullable Cancellation[scopes.size()];

      Player(Random dice) {
        this.dice = dice;
      }

      void play() {
        for (int i = 0; i < 20; i++) {
          int node = dice.nextInt(scopes.size());
          switch (dice.nextInt(12)) {
            case 0, 1, 2 -> listen(scopes.get(node).context());
            case 3, 4 -> stopOne();
            case 5 -> cancel(node);
            case 6, 7 -> deriveListenClose(scopes.get(node).context());
            case 8 -> time.advance(Duration.ofMillis(dice.nextInt(400)));
            case 9 -> time.skip(Duration.ofMillis(dice.nextInt(200)));
            default -> look(node);
          }
        }
      }

      private Hook listen(Context context) {
        Hook hook = new Hook(context);
        hook.registration = context.onDone(Runnable::run, end -> hook.ran.incrementAndGet());
        hooks.add(hook);
        return hook;
      }

      private void stopOne() {
        int skip = dice.nextInt(1 + hooks.size());
        hooks.stream().skip(skip).findFirst().ifPresent(hook -> hook.stop(dice.nextBoolean()));
      }

      private void cancel(int node) {
        boolean won =
            dice.nextBoolean()
                ? scopes.get(node).cancel(Reason.of("N" + node))
                : scopes.get(node).cancel(Cancellation.canceled(Reason.of("N" + node), null));
        Cancellation end = scopes.get(node).context().cancellation();
        assertThat(end).isNotNull();
        assertThat(!won || end.kind() == Cancellation.Kind.CANCELED).isTrue();
        for (int i = node; i < scopes.size(); i++) {
          if (isBelow(i, node)) {
            assertThat(scopes.get(i).context().isDone()).as("rule 8: %s", i).isTrue();
          }
        }
      }

      private void deriveListenClose(Context parent) {
        CancelScope scope =
            dice.nextBoolean() ? parent.withCancel() : parent.withTimeout(Duration.ofMillis(100));
        Hook hook = listen(scope.context());
        if (dice.nextBoolean()) {
          hook.stop(false);
        }
        scope.close();
        assertThat(scope.context().isDone()).isTrue();
      }

      private void look(int node) {
        Context context = scopes.get(node).context();
        boolean done = context.isDone();
        Cancellation end = context.cancellation();
        assertThat(!done || end != null).as("done, and why not?").isTrue();
        if (seen[node] != null) {
          assertThat(end).isSameAs(seen[node]);
        }
        seen[node] = end;
      }
    }
  }
}
