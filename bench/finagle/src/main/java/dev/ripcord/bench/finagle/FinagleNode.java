package dev.ripcord.bench.finagle;

import com.twitter.finagle.Failure;
import com.twitter.util.Future;
import com.twitter.util.Promise;
import dev.ripcord.bench.cascade.Orders;
import dev.ripcord.bench.cascade.Plan;
import dev.ripcord.bench.cascade.Stops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** One process of the trees: {@code FinagleNode}. */
final class FinagleNode {
  private final Stops stops = new Stops();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private List<Function<String, Future<String>>> nodes = List.of(); // set before the first call

  private FinagleNode() {}

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    FinagleNode node = new FinagleNode();
    Orders.carryOut(
        "ports=" + Mux.serve(node::work) + "," + Mux.serve(node::times),
        ports -> {
          node.nodes = Mux.connect(ports);
          return "CONNECTED";
        });
  }

  private Future<String> work(String request) {
    Plan plan = Plan.parse(request);
    if (!plan.isBottom()) {
      return call(plan);
    }
    return plan.listening() ? listen(plan) : block(plan);
  }

  private Future<String> call(Plan plan) {
    stops.started(plan.run());
    String request = plan.below().toString();
    List<Future<String>> calls = new ArrayList<>();
    for (int call = 0; call < plan.next().calls(); call++) {
      calls.add(nodes.get(plan.next().node(call)).apply(request));
    }
    return Future.collectToTry(calls)
        .transform(
            ends -> {
              stops.stopped(plan.run(), System.nanoTime());
              return Future.exception(canceled());
            });
  }

  private Future<String> listen(Plan plan) {
    Promise<String> answer = new Promise<>();
    answer.setInterruptHandler(
        new Discarded(
            () -> {
              stops.stopped(plan.run(), System.nanoTime());
              answer.setException(canceled());
            }));
    stops.started(plan.run());
    return answer;
  }

  private Future<String> block(Plan plan) {
    CountDownLatch ended = new CountDownLatch(1);
    Promise<String> answer = new Promise<>();
    answer.setInterruptHandler(new Discarded(ended::countDown));
    threads.execute(
        () -> {
          stops.started(plan.run());
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            answer.setException(canceled());
            stops.stopped(plan.run(), System.nanoTime());
          }
        });
    return answer;
  }

  private Future<String> times(String question) {
    String[] fields = question.split(" ", -1);
    long run = Long.parseLong(fields[1]);
    int handlers = Integer.parseInt(fields[2]);
    return answer(
        () -> {
          if (fields[0].equals(FinagleEdge.STARTED)) {
            stops.awaitStarted(run, handlers);
            return "";
          }
          return Long.toString(stops.awaitStopped(run, handlers));
        });
  }

  /** It waits, and must not do so on the transport's thread. */
  private Future<String> answer(Callable<String> answer) {
    Promise<String> promise = new Promise<>();
    threads.execute(
        () -> {
          try {
            promise.setValue(answer.call());
          } catch (Exception e) {
            promise.setException(e);
          }
        });
    return promise;
  }

  private static Failure canceled() {
    return Failure.rejected("canceled");
  }
}
