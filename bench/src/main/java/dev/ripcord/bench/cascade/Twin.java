package dev.ripcord.bench.cascade;

import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsBlockingStub;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** The twin's four processes, and the edge that calls and cancels. */
final class Twin implements AutoCloseable {
  private static final List<String> ROLES =
      List.of("db", "token", "identity", "gateway"); // callees first
  private static final int NODES = 5;
  private static final int STATEMENTS = 2;
  private static final int DEEPEST = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOST_AFTER = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5); // as the demo looks

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<ContextsBlockingStub> processes = new ArrayList<>();
  private final Connection connection;
  private final GatewayGrpc.GatewayFutureStub gateway;
  private long run;
  private int lost;

  private Twin(Database database) throws IOException, SQLException {
    Map<String, String> addresses = new HashMap<>();
    try {
      String address = "";
      for (String role : ROLES) {
        address = start(database, role, addresses);
        addresses.put(role, address);
        processes.add(ContextsGrpc.newBlockingStub(channel(address)));
      }
      connection = database.connect();
      opened.add(connection);
      // The last that was started is the gateway.
      gateway =
          GatewayGrpc.newFutureStub(channel(address)).withInterceptors(new HandlerTimes("edge"));
    } catch (IOException | SQLException | RuntimeException e) {
      close();
      throw e;
    }
  }

  static Twin start(Database database) throws IOException, SQLException {
    return new Twin(database);
  }

  private String start(Database database, String role, Map<String, String> addresses)
      throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-cp", System.getProperty("java.class.path"), TwinServer.class.getName(), role));
    addresses.forEach((peer, address) -> arguments.add(peer + "=" + address));
    Child child =
        Child.java("twin " + role, database.environment(), arguments.toArray(new String[0]));
    opened.add(child);
    return "127.0.0.1:" + child.awaitReady("port");
  }

  private ManagedChannel channel(String address) {
    ManagedChannel channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
    opened.add(channel::shutdownNow);
    return channel;
  }

  /**
   * Calls, waits until everything is at work, cancels, and waits until everything has stopped.
   *
   * @return from the cancel to the deepest handler's return, in microseconds
   */
  long cancelOnce() throws Exception {
    run++;
    Context.CancellableContext edge = HandlerTimes.edge(run).withCancellation();
    Future<OverviewReply> reply =
        edge.call(() -> gateway.overview(OverviewRequest.getDefaultInstance()));
    await(nodes -> nodes.size() == NODES);
    awaitStatements();
    long event = System.nanoTime();
    edge.cancel(null);
    try {
      reply.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      throw new IllegalStateException("the call was not canceled");
    } catch (ExecutionException canceled) {
      // As it should be.
    }
    List<Node> nodes = awaitStopped();
    return nodes.stream()
        .filter(node -> node.getDepth() == DEEPEST)
        .mapToLong(node -> TimeUnit.NANOSECONDS.toMicros(node.getStoppedMonotonicNs() - event))
        .max()
        .orElseThrow();
  }

  /** Statement.cancel can be lost; then the statement would keep the machine busy for long. */
  private List<Node> awaitStopped() throws SQLException {
    long until = System.nanoTime() + LOST_AFTER.toNanos();
    List<Node> nodes = nodes();
    while (!haveAllStopped(nodes)) {
      if (System.nanoTime() - until > 0) {
        lost++;
        Database.cancelTwins(connection);
        return await(Twin::haveAllStopped);
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      nodes = nodes();
    }
    return nodes;
  }

  private static boolean haveAllStopped(List<Node> nodes) {
    return nodes.stream().allMatch(node -> node.getStoppedMonotonicNs() != 0);
  }

  /** In how many runs a statement ran on after its cancel. */
  int lostCancels() {
    return lost;
  }

  private List<Node> await(Predicate<List<Node>> wanted) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    List<Node> nodes = nodes();
    while (!wanted.test(nodes)) {
      pause(until, nodes);
      nodes = nodes();
    }
    return nodes;
  }

  private void awaitStatements() throws SQLException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (Database.activeOfTwin(connection) < STATEMENTS) {
      pause(until, "statements");
    }
  }

  private static void pause(long until, Object seen) {
    if (System.nanoTime() - until > 0) {
      throw new IllegalStateException("the twin did not get there; seen: " + seen);
    }
    LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
  }

  private List<Node> nodes() {
    ListRequest question = ListRequest.newBuilder().setRequestId(HandlerTimes.id(run)).build();
    List<Node> nodes = new ArrayList<>();
    processes.forEach(process -> process.list(question).forEachRemaining(nodes::add));
    return nodes;
  }

  @Override
  public void close() {
    for (int i = opened.size() - 1; i >= 0; i--) {
      try {
        opened.get(i).close();
      } catch (Exception e) {
        System.err.println("not closed: " + e);
      }
    }
  }
}
