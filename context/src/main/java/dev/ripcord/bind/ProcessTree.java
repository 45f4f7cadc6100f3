package dev.ripcord.bind;

import dev.ripcord.bind.LinuxProcesses.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A process and all that has grown from it. One thread.
 *
 * <p>Who descends from whom is known only while those between live. So what was found once is
 * remembered, and each process inherits a mark in its environment, by which Linux shows it whoever
 * its parent is now.
 */
final class ProcessTree {
  /** How long a killed process may take to be gone: it is the kernel's turn. */
  static final Duration MOMENT = Duration.ofMillis(500);

  private static final String MARK = "RIPCORD_PROCESS";
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Process root;
  private final String mark; // NAME=value
  private final long started; // of the root, as Linux counts; nothing older descends from it
  private final Set<ProcessHandle> known = new LinkedHashSet<>();

  private ProcessTree(Process root, String mark) {
    this.root = root;
    this.mark = mark;
    Seen seen = LinuxProcesses.of(root.pid());
    this.started = seen == null ? 0 : seen.started();
    known.add(root.toHandle());
  }

  static ProcessTree start(ProcessBuilder builder) throws IOException {
    String id = UUID.randomUUID().toString();
    String before = builder.environment().put(MARK, id);
    try {
      return new ProcessTree(builder.start(), MARK + "=" + id);
    } finally {
      if (before == null) {
        builder.environment().remove(MARK);
      } else {
        builder.environment().put(MARK, before);
      }
    }
  }

  Process root() {
    return root;
  }

  /**
   * Asks all of them to end, and kills those that live when the grace is over; again for those that
   * they start meanwhile.
   *
   * @return those that live a moment after they were killed
   */
  List<ProcessHandle> stop(Duration grace) {
    long killing = System.nanoTime() + grace.toNanos();
    long givingUp = killing + MOMENT.toNanos();
    Set<ProcessHandle> asked = new HashSet<>();
    while (true) {
      List<ProcessHandle> live = look();
      if (live.isEmpty() || isPast(givingUp)) {
        return live;
      }
      if (isPast(killing)) {
        live.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(System.nanoTime() + PAUSE_NANOS);
      } else {
        live.stream().filter(asked::add).forEach(ProcessHandle::destroy);
        awaitEnd(killing);
      }
    }
  }

  private static boolean isPast(long nanos) {
    return System.nanoTime() - nanos >= 0;
  }

  /** Waits until none of those that are known lives, or {@code until}. */
  private void awaitEnd(long until) {
    while (!live().isEmpty() && !isPast(until)) {
      Thread.interrupted(); // nobody has a reason to, and it would make the pause a spin
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Finds what there is, and says what of it lives. */
  private List<ProcessHandle> look() {
    List<Seen> all = LinuxProcesses.all();
    if (all == null) {
      live().forEach(each -> each.descendants().forEach(known::add));
    } else {
      lookAmong(all);
    }
    return live();
  }

  private void lookAmong(List<Seen> all) {
    Set<Long> found = new HashSet<>();
    live().forEach(each -> found.add(each.pid()));
    boolean more = true;
    while (more) { // a child can come before its parent
      more = false;
      for (Seen each : all) {
        if (each.started() >= started && !found.contains(each.pid()) && belongs(each, found)) {
          ProcessHandle.of(each.pid()).ifPresent(known::add);
          more = found.add(each.pid());
        }
      }
    }
  }

  private boolean belongs(Seen process, Set<Long> found) {
    return found.contains(process.parent()) || LinuxProcesses.hasInEnvironment(process.pid(), mark);
  }

  /** Those known that live. */
  private List<ProcessHandle> live() {
    known.removeIf(each -> !isLive(each));
    return List.copyOf(known);
  }

  private boolean isLive(ProcessHandle handle) {
    if (handle.pid() == root.pid()) {
      return root.isAlive();
    }
    @Nullable Seen seen = LinuxProcesses.of(handle.pid());
    return handle.isAlive() && (seen == null || !seen.isZombie());
  }
}
