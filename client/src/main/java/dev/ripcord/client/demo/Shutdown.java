package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.WatchRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A process is told to stop while it works. When its time of grace is over it ends what is left:
 * the caller hears that another instance may do better, and those it has called hear why.
 */
final class Shutdown implements Scenario.Play {
  private static final String CODE = Reason.SHUTDOWN.code();
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(1);

  @Override
  public void on(Stage stage, Report report) throws Exception {
    try (ChildProcess<Ready> second = stage.cluster().launchGateway(GRACE)) {
      String address = second.awaitBegun(START).address();
      try (ServiceConnection connection = stage.connect(address);
          Request request = stage.begin(connection, stage.overview(Load.HEAVY).build());
          LastWords gateway = new LastWords(address, request)) {
        play(stage, report, second, request, gateway);
      }
    }
    report.databaseIsIdle();
  }

  private static void play(
      Stage stage, Report report, ChildProcess<Ready> second, Request request, LastWords gateway)
      throws InterruptedException {
    List<String> addresses = new ArrayList<>(stage.cluster().addresses());
    addresses.add(gateway.address);
    try (Observatory everywhere = new Observatory(addresses)) {
      Cut.areAtWork(stage.awaitAllAtWork(request.id(), everywhere), report);
    }
    second.askToEnd();
    Request.End end = request.awaitEnd();
    report.edge("SIGTERM, and a second later the caller is told " + end);
    List<Node> listed = new ArrayList<>(stage.awaitAllStopped(request.id()));
    listed.addAll(gateway.await());
    long event = Cut.endedFirst(listed, request.startedNanos());
    List<NodeResult> nodes = report.nodes(listed, event, CODE);
    Checks checks = report.checks();
    checks.same("the caller is told UNAVAILABLE", Status.Code.UNAVAILABLE, end.code());
    checks.same("and that it was SHUTDOWN", CODE, end.reason());
    Cut.checkEverybodyStopped(checks, nodes, "CANCELED", CODE);
  }

  /** What a process tells of a request before it goes. */
  private static final class LastWords implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String address;
    private final Instances instances;
    private final List<Node> stopped = new ArrayList<>(); // guarded by this

    LastWords(String address, Request request) throws InterruptedException {
      this.address = address;
      this.instances = Instances.open(List.of(address));
      instances.watch(
          WatchRequest.newBuilder()
              .setRequestId(Instances.bytes(request.id()))
              .setIncludeLive(true)
              .build(),
          new Instances.Watcher() {
            @Override
            public void happened(String instance, dev.ripcord.proto.v1.Event event) {
              heard(event.getNode());
            }

            @Override
            public void ended(String instance, Status why) {}
          });
    }

    private synchronized void heard(Node node) {
      if (node.getState() == Node.State.STOPPED) {
        stopped.add(node);
        notifyAll();
      }
    }

    /** The nodes it had, when they have stopped. */
    synchronized List<Node> await() throws InterruptedException {
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (stopped.isEmpty() && System.nanoTime() - until < 0) {
        wait(100);
      }
      return List.copyOf(stopped);
    }

    @Override
    public void close() {
      instances.close();
    }
  }
}
