package dev.ripcord.bench.finagle;

import com.twitter.finagle.mux.ClientDiscardedRequestException;
import com.twitter.util.Await;
import com.twitter.util.Duration;
import com.twitter.util.Future;
import com.twitter.util.FutureEventListener;
import dev.ripcord.bench.cascade.Edge;
import dev.ripcord.bench.cascade.Orders;
import dev.ripcord.bench.cascade.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The process that calls and cancels: {@code FinagleEdge WORK-PORTS TIMES-PORTS}. */
final class FinagleEdge implements Edge.Calls {
  /** The question when so many handlers are at work. */
  static final String STARTED = "STARTED";

  /** The question when so many have stopped. */
  static final String STOPPED = "STOPPED";

  private final List<Function<String, Future<String>>> nodes;
  private final List<Function<String, Future<String>>> times;

  private FinagleEdge(String ports, String timesPorts) {
    nodes = Mux.connect(ports);
    times = Mux.connect(timesPorts);
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    FinagleEdge edge = new FinagleEdge(arguments[0], arguments[1]);
    Orders.carryOut("edge=1", line -> Edge.cancel(edge, line.split(" ", -1)));
  }

  @Override
  public Runnable begin(Plan plan, Edge.Ends ends) {
    String request = plan.below().toString();
    List<Future<String>> calls = new ArrayList<>();
    for (int call = 0; call < plan.next().calls(); call++) {
      Future<String> answer = nodes.get(plan.next().node(call)).apply(request);
      calls.add(answer.addEventListener(new Listener(ends)));
    }
    // The string that travels.
    return () -> {
      Exception why = new ClientDiscardedRequestException("pressed cancel");
      calls.forEach(call -> call.raise(why));
    };
  }

  @Override
  public void awaitStarted(int node, long run, int handlers) {
    ask(STARTED, node, run, handlers);
  }

  @Override
  public long awaitStopped(int node, long run, int handlers) {
    return Long.parseLong(ask(STOPPED, node, run, handlers));
  }

  private String ask(String what, int node, long run, int handlers) {
    Future<String> answer = times.get(node).apply(what + " " + run + " " + handlers);
    try {
      return Await.result(answer, Duration.fromSeconds(Edge.PATIENCE_SECONDS));
    } catch (Exception e) {
      throw new IllegalStateException(what + " of node " + node, e);
    }
  }

  private record Listener(Edge.Ends ends) implements FutureEventListener<String> {
    @Override
    public void onSuccess(String answer) {
      throw new IllegalStateException("nobody answers here");
    }

    @Override
    public void onFailure(Throwable canceled) {
      ends.heard();
    }
  }
}
