package dev.ripcord.bench.core;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of all contenders.
 *
 * @param name of the rows
 * @param benchmark the class whose methods are the contenders
 * @param depth its parameter; 0 if it has none
 * @param ours our method in it
 * @param peers the peers' methods and names, in the order of the rows
 * @param threads with how many threads it is asked
 * @param go its name in the Go program
 * @param allocation whether what is allocated is worth a row
 */
record Question(
    String name,
    Class<?> benchmark,
    int depth,
    String ours,
    Map<String, String> peers,
    List<Integer> threads,
    String go,
    boolean allocation) {
  private static final String GRPC = "io.grpc.Context";
  private static final String KOTLIN = "kotlinx Job";
  private static final String FUTURE = "CompletableFuture";
  private static final String SCOPE = "StructuredTaskScope";
  private static final String ALLOCATION = "allocating 40 B";
  private static final String VOLATILE_READ = "one volatile read";
  private static final String NANO_TIME = "one System.nanoTime()";
  private static final Set<String> FLOORS = Set.of(ALLOCATION, VOLATILE_READ, NANO_TIME);
  private static final Map<String, String> ALL =
      inOrder("grpc", GRPC, "kotlin", KOTLIN, "future", FUTURE);

  static final List<Question> ALL_QUESTIONS =
      List.of(
          costing(
              "derive + cancel",
              DeriveBenchmark.class,
              with(withScope(ALL), "allocation", ALLOCATION),
              "derive"),
          costing("derive + listener + cancel", ListenBenchmark.class, ALL, "listen"),
          costing("timeout + cancel", TimeoutBenchmark.class, withScope(ALL), "timeout"),
          costing(
              "timeout + listener + cancel",
              ListenWithTimeoutBenchmark.class,
              inOrder("grpc", GRPC, "future", FUTURE),
              "listenWithTimeout"),
          costing("1,000 listening children, per child", FanOutBenchmark.class, ALL, "fanOut"),
          polling("poll, depth 1", 1, "poll1"),
          polling("poll, depth 8", 8, "poll8"),
          looking(
              "poll with a deadline",
              PollBenchmark.class,
              1,
              "oursWithDeadline",
              inOrder("grpcWithDeadline", GRPC, "nanoTime", NANO_TIME),
              "pollWithDeadline"),
          lookup("value, bound, depth 1", 1, "ours", "grpc", "lookup1"),
          lookup("value, bound, depth 100", 100, "ours", "grpc", "lookup100"),
          lookup("value, unbound, depth 1", 1, "oursUnbound", "grpcUnbound", "unbound1"),
          lookup("value, unbound, depth 100", 100, "oursUnbound", "grpcUnbound", "unbound100"));

  /** Which makes something: asked with one thread and with two, and for what it allocates. */
  private static Question costing(
      String name, Class<?> benchmark, Map<String, String> peers, String go) {
    return new Question(name, benchmark, 0, "ours", peers, List.of(1, 2), go, true);
  }

  private static Question looking(
      String name,
      Class<?> benchmark,
      int depth,
      String ours,
      Map<String, String> peers,
      String go) {
    return new Question(name, benchmark, depth, ours, peers, List.of(1), go, false);
  }

  private static Question polling(String name, int depth, String go) {
    Map<String, String> peers = with(ALL, "volatileRead", VOLATILE_READ);
    return looking(name, PollBenchmark.class, depth, "ours", peers, go);
  }

  private static Question lookup(String name, int depth, String ours, String grpc, String go) {
    return looking(name, LookupBenchmark.class, depth, ours, Map.of(grpc, GRPC), go);
  }

  private static Map<String, String> withScope(Map<String, String> peers) {
    return with(peers, "scope", SCOPE);
  }

  private static Map<String, String> with(Map<String, String> peers, String method, String name) {
    Map<String, String> more = new LinkedHashMap<>(peers);
    more.put(method, name);
    return more;
  }

  private static Map<String, String> inOrder(String... methodsAndNames) {
    Map<String, String> peers = new LinkedHashMap<>();
    for (int i = 0; i < methodsAndNames.length; i += 2) {
      peers.put(methodsAndNames[i], methodsAndNames[i + 1]);
    }
    return peers;
  }

  /** The name of its rows with so many threads. */
  String rowName(int threadCount) {
    return threads.size() == 1 ? name : name + (threadCount == 1 ? ", 1 thread" : ", 2 threads");
  }

  /** The peers whose JDK this is. */
  List<String> measurable() {
    return peers.keySet().stream().filter(method -> missing(method) == null).toList();
  }

  /** Why this peer cannot be asked here; null if it can. */
  static @Nullable String missing(String method) {
    return "scope".equals(method) && !Scopes.present()
        ? "needs JDK 25, this is " + Runtime.version().feature()
        : null;
  }

  /** Whether this peer offers nothing, and is only what nobody can be faster than. */
  static boolean isFloor(String peer) {
    return FLOORS.contains(peer);
  }

  /** How many of {@code forks} it is asked in: what costs more than a look, alone, in all. */
  int forks(int forks, int threadCount) {
    return allocation && threadCount == 1 ? forks : forks / 2;
  }

  /** The name of the peer of this method. */
  String peer(String method) {
    return Objects.requireNonNull(peers.get(method), method);
  }
}
