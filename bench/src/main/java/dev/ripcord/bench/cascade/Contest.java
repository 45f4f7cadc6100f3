package dev.ripcord.bench.cascade;

import dev.ripcord.bench.Why;
import dev.ripcord.bench.cascade.Forest.Cascade;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part, with the processes it takes. A foreign peer that is not there, or that breaks, is
 * left out from then on, and it is known why; without ours and bare grpc-java there is no contest.
 */
final class Contest implements AutoCloseable {
  /** Starts a peer's processes. */
  interface Planter {
    Forest plant() throws IOException, InterruptedException;
  }

  private final Map<Contender, Forest> forests = new EnumMap<>(Contender.class);
  private final Map<Contender, String> missing = new EnumMap<>(Contender.class);
  private long runs;

  /** With all that can be started. */
  static Contest open(Map<Contender, Planter> foreign) throws IOException, InterruptedException {
    Contest contest = new Contest();
    try {
      for (Map.Entry<Contender, Planter> each : foreign.entrySet()) {
        contest.invite(each.getKey(), each.getValue());
      }
      Forest grpcJava = GrpcJava.plant();
      contest.forests.put(Contender.RIPCORD, grpcJava);
      contest.forests.put(Contender.BARE, grpcJava);
      return contest;
    } catch (IOException | InterruptedException | RuntimeException e) {
      contest.close();
      throw e;
    }
  }

  private void invite(Contender peer, Planter planter) throws InterruptedException {
    try {
      forests.put(peer, planter.plant());
    } catch (IOException e) {
      missing.put(peer, Why.of(e));
    }
  }

  /** Those that take part, ours first. */
  List<Contender> present() {
    return List.copyOf(forests.keySet());
  }

  /** Why a peer does not take part; null if it does. */
  @Nullable String whyMissing(Contender peer) {
    return missing.get(peer);
  }

  /** One cancel of {@code levels}; null if this peer has just been left out. */
  @Nullable Cascade cancel(Contender contender, String levels) throws IOException {
    Forest forest = forests.get(contender);
    try {
      return forest == null ? null : forest.cancel(contender.variant(), plan(levels));
    } catch (IOException e) {
      leaveOut(contender, e);
      return null;
    }
  }

  /** So many cancels of {@code levels} at once, which measure nothing. */
  void warmUp(Contender contender, String levels, int trees) throws IOException {
    Forest forest = forests.get(contender);
    try {
      if (forest != null) {
        forest.warmUp(contender.variant(), plan(levels), trees);
      }
    } catch (IOException e) {
      leaveOut(contender, e);
    }
  }

  private Plan plan(String levels) {
    return Plan.parse(++runs + ":" + levels);
  }

  private void leaveOut(Contender contender, IOException failure) throws IOException {
    if (contender == Contender.RIPCORD || contender == Contender.BARE) {
      throw failure;
    }
    missing.put(contender, Why.of(failure));
    Forest broken = forests.remove(contender);
    if (broken != null) {
      broken.close();
    }
  }

  @Override
  public void close() {
    new HashSet<>(forests.values()).forEach(Forest::close);
  }
}
