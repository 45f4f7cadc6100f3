package dev.ripcord.server;

import dev.ripcord.Context;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.services.v1.Work;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What this process does for requests besides handling their calls. Whoever does it says where it
 * begins and where it is really over, which may be another moment than that at which the handler
 * returns. Its call is then said to be at it, for those who look at trees.
 *
 * <pre>{@code
 * try (WorkLog.Mark mark = work.begin(Context.current(), Work.Kind.SQL, "sales_report")) {
 *   return statement.executeQuery();
 * }
 * }</pre>
 *
 * <p>What is over before its context is, is forgotten at once; what is cut is remembered, the
 * latest thousand. Usable from any thread.
 */
public final class WorkLog {
  private static final int MOST_CUT = 1_000;

  // Both guarded by this.
  private final Set<Mark> running = new LinkedHashSet<>();
  private final Deque<Cut> cut = new ArrayDeque<>(); // in the order in which they stopped

  private record Cut(RequestId request, Work work) {}

  /** A log with nothing in it. */
  public WorkLog() {}

  /** Begins now, for the request of {@code context}; nothing is logged outside of one. */
  public Mark begin(Context context, Work.Kind kind, String name) {
    return begin(context, Work.newBuilder().setKind(kind).setName(name));
  }

  /** The same, for a child process. */
  public Mark begin(Context context, String program, Process process) {
    return begin(
        context,
        Work.newBuilder().setKind(Work.Kind.PROCESS).setName(program).setPid(process.pid()));
  }

  private Mark begin(Context context, Work.Builder work) {
    CallIdentity call = CallIdentity.of(context);
    Mark mark =
        new Mark(
            context,
            call == null ? null : call.requestId(),
            work.setBegunMonotonicNs(System.nanoTime()).build());
    if (call != null) {
      synchronized (this) {
        running.add(mark);
      }
      call.doing(inWords(mark.work));
    }
    return mark;
  }

  /** Names only, never whom it is about. */
  private static String inWords(Work work) {
    String name = work.getName();
    return switch (work.getKind()) {
      case SQL -> "query " + name;
      case HASH -> "hash of " + name;
      case PROOF -> "proof of " + name;
      case LOCK -> "wait for " + name;
      case PROCESS -> name + ", process " + work.getPid();
      case KIND_UNSPECIFIED, UNRECOGNIZED -> name;
    };
  }

  /** What is done for {@code request}, and what was cut of it, in the order of its beginning. */
  public synchronized List<Work> of(RequestId request) {
    return Stream.concat(
            cut.stream().filter(each -> request.equals(each.request())).map(Cut::work),
            running.stream().filter(each -> request.equals(each.request)).map(each -> each.work))
        .sorted(Comparator.comparingLong(Work::getBegunMonotonicNs))
        .toList();
  }

  private synchronized void stop(Mark mark, @Nullable Cut remembered) {
    running.remove(mark);
    if (remembered != null) {
      cut.addLast(remembered);
      if (cut.size() > MOST_CUT) {
        cut.removeFirst();
      }
    }
  }

  /** Some work, from its beginning on. */
  public final class Mark implements AutoCloseable {
    private final Context context;
    private final @Nullable RequestId request;
    private final AtomicBoolean over = new AtomicBoolean();
    private final Work work;

    private Mark(Context context, @Nullable RequestId request, Work work) {
      this.context = context;
      this.request = request;
      this.work = work;
    }

    /** It is over. The first time counts. */
    @Override
    public void close() {
      long now = System.nanoTime();
      RequestId whose = request;
      if (!over.getAndSet(true) && whose != null) {
        Work stopped = work.toBuilder().setStoppedMonotonicNs(now).build();
        stop(this, context.isDone() ? new Cut(whose, stopped) : null);
      }
    }
  }
}
