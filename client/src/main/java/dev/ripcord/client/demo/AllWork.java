package dev.ripcord.client.demo;

import dev.ripcord.Reason;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.v1.Work;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One request, canceled while it is at all kinds of work that a service can be at:
 *
 * <pre>
 * gateway - identity    hashes passwords, one after the other
 *         - db          runs a statement, and a process that compresses its rows
 *         - token       waits for a lock that another request holds for long
 * </pre>
 */
final class AllWork implements Scenario.Play {
  private static final Reason PRESSED = Reason.USER_CANCELED.withMessage("pressed cancel");
  private static final Reason SEEN_ENOUGH = Reason.USER_CANCELED.withMessage("seen enough");

  /** Where each kind is done. */
  private static final Map<Work.Kind, String> WHERE =
      new EnumMap<>(
          Map.of(
              Work.Kind.SQL, "db",
              Work.Kind.HASH, "identity",
              Work.Kind.LOCK, "token",
              Work.Kind.PROCESS, "db"));

  private static final Map<String, String> CALLS =
      Map.of(
          "gateway", "AnswerLeak",
          "identity", "FindLeaked",
          "db", "Archive",
          "token", "RotateKey");

  @Override
  public void on(Stage stage, Report report) throws Exception {
    Pool pool;
    try (Request holder = stage.beginProof()) {
      stage.awaitWork(holder.id(), holder.startedNanos(), AllWork::isProving);
      try (Request request = stage.beginLeakAnswer()) {
        Family family = awaitAtWork(stage, report, request.id());
        pool = Pool.of(stage);
        cancel(stage, report, request);
        report.checks().that("the process is gone, and all it started", family.isGone(), family);
      }
      checkLock(stage, report.checks(), holder);
    }
    String session = stage.checkPassword();
    report.checks().that("a thread is there for the next hash", !session.isEmpty(), session);
    report.databaseIsIdle();
    pool.checkUnharmed(stage, report.checks());
  }

  private static boolean isProving(List<WorkResult> work) {
    return work.stream().anyMatch(each -> each.isOf("token", Work.Kind.PROOF) && each.goesOn());
  }

  /** Waits until the services, the database server and the operating system say so. */
  private static Family awaitAtWork(Stage stage, Report report, RequestId id)
      throws InterruptedException {
    Predicate<List<Node>> areLive = nodes -> CALLS.keySet().stream().allMatch(isLive(nodes));
    List<Node> nodes = stage.awaitNodes(id, areLive);
    List<WorkResult> work = stage.awaitWork(id, 0, AllWork::isAllAtWork);
    Family family = new Family(stage.cluster().process("db"), work);
    int statements = stage.awaitStatements(1);
    report.live(nodes);
    Checks checks = report.checks();
    checks.that("all four calls are at work", areLive.test(nodes), nodes);
    checks.that("so are SQL, hashing, a wait for a lock and a process", isAllAtWork(work), work);
    checks.that("the database server says that the statement runs", statements > 0, statements);
    checks.that("the system says that the process does, a child of db", family.isAlive(), family);
    List<String> services = report.servicesWith(Stage.TENANT);
    checks.that(
        "tenant is there in every process", services.containsAll(Cluster.SERVICES), services);
    return family;
  }

  private static Predicate<String> isLive(List<Node> nodes) {
    return service ->
        nodes.stream()
            .anyMatch(
                node ->
                    Tree.isLive(node)
                        && node.getService().equals(service)
                        && node.getMethod().endsWith("/" + CALLS.get(service)));
  }

  private static boolean isAllAtWork(List<WorkResult> work) {
    return isEveryKind(work, WorkResult::goesOn);
  }

  private static boolean isEveryKind(List<WorkResult> work, Predicate<WorkResult> wanted) {
    return work.stream().allMatch(wanted)
        && WHERE.entrySet().stream()
            .allMatch(
                kind -> work.stream().anyMatch(each -> each.isOf(kind.getValue(), kind.getKey())));
  }

  private static void cancel(Stage stage, Report report, Request request)
      throws InterruptedException {
    long event = System.nanoTime();
    request.scope().cancel(PRESSED);
    Request.End end = request.awaitEnd();
    report.edge(PRESSED + " " + Times.millis(event - request.startedNanos()) + " after the call");
    List<NodeResult> nodes =
        report.nodes(stage.awaitAllStopped(request.id()), event, PRESSED.code());
    List<WorkResult> work =
        stage.awaitWork(request.id(), event, seen -> seen.stream().noneMatch(WorkResult::goesOn));
    report.work(work);
    Checks checks = report.checks();
    checks.same("the caller is told CANCELLED", Status.Code.CANCELLED, end.code());
    Cut.checkEverybodyStopped(checks, nodes, "CANCELED", PRESSED.code());
    Cut.checkAgreement(checks, nodes, PRESSED.message());
    checks.that(
        "all four kinds of work have really stopped within a second",
        isEveryKind(work, each -> each.hasStoppedWithin(Cut.PROMPT_MICROS)),
        work);
  }

  /** Whoever had the lock has it still, and when that is over, the next one gets it. */
  private static void checkLock(Stage stage, Checks checks, Request holder)
      throws InterruptedException {
    List<WorkResult> proof =
        stage.awaitWork(holder.id(), holder.startedNanos(), AllWork::isProving);
    checks.that("the lock's holder goes on", isProving(proof) && !holder.reply().isDone(), proof);
    holder.scope().cancel(SEEN_ENOUGH);
    checks.same("until its own caller ends it", Status.Code.CANCELLED, holder.awaitEnd().code());
    List<NodeResult> held =
        new Tree(stage.awaitAllStopped(holder.id()), SEEN_ENOUGH.code())
            .resultsSince(holder.startedNanos());
    Cut.checkAgreement(checks, held, SEEN_ENOUGH.message());
    String key = stage.rotateKey();
    checks.that("the next one gets the lock", !key.isEmpty(), key);
  }

  /** The process that a service has started, as the operating system sees it. */
  private static final class Family {
    private final ProcessHandle service;
    private final Set<ProcessHandle> started; // for the request; it and what grew from it
    private final Set<ProcessHandle> others; // that the service had besides

    Family(ProcessHandle service, List<WorkResult> work) {
      this.service = service;
      this.started =
          work.stream()
              .flatMap(WorkResult::process)
              .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
              .collect(Collectors.toSet());
      this.others = service.children().collect(Collectors.toSet());
      others.removeAll(started);
    }

    boolean isAlive() {
      return started.stream().anyMatch(this::isOurs)
          && started.stream().allMatch(ProcessHandle::isAlive);
    }

    private boolean isOurs(ProcessHandle process) {
      return process.parent().filter(service::equals).isPresent();
    }

    boolean isGone() {
      return !started.isEmpty()
          && started.stream().noneMatch(ProcessHandle::isAlive)
          && service.children().allMatch(others::contains);
    }

    @Override
    public String toString() {
      return started.stream().map(each -> each.pid() + " " + each.info()).toList()
          + ", children of "
          + service.pid()
          + ": "
          + service.children().map(ProcessHandle::pid).toList();
    }
  }
}
