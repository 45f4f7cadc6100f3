package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.ripcord.Context;
import dev.ripcord.ObservedWork;
import dev.ripcord.Registration;
import dev.ripcord.TaskGroup;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OverdueWork;
import dev.ripcord.proto.v1.WatchRequest;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What ignores its context is seen, wherever it runs, with the stack of the thread that does. */
class OverdueTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);
  private final Heard heard = new Heard();
  private final ExecutorService own = Executors.newCachedThreadPool();
  private final Peer caller = Peer.named("caller");

  private static Ripcord impatient() {
    return Ripcord.builder()
        .service("callee")
        .instance("1")
        .overdueAfter(Duration.ofMillis(50))
        .build();
  }

  @AfterEach
  void release() throws InterruptedException {
    finish.countDown();
    caller.close();
    own.shutdown();
    assertThat(own.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private String ignoresItsContext() throws InterruptedException {
    begun.countDown();
    finish.await();
    return "late";
  }

  @Test
  void aBranchOfATaskGroup_isShownByItsName_untilItReturns() throws Exception {
    Ripcord ripcord = impatient();
    ripcord.listen(heard);
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(ripcord)
                .unary(
                    request -> {
                      try (TaskGroup group = TaskGroup.open(Context.current())) {
                        group.fork("report", this::ignoresItsContext);
                        group.join();
                        return "done";
                      }
                    })
                .start()) {
      cancelOnceBegun(callee);

      await().until(() -> ripcord.overdue() == 2);
      Node node = list(callee, false).get(0);
      assertThat(node.getState()).isEqualTo(Node.State.OVERDUE);
      assertThat(node.getOverdueList())
          .extracting(OverdueWork::getKind, OverdueWork::getName)
          .containsExactlyInAnyOrder(
              tuple(OverdueWork.Kind.HANDLER, ""), tuple(OverdueWork.Kind.TASK, "report"));
      OverdueWork task =
          node.getOverdueList().stream()
              .filter(work -> work.getKind() == OverdueWork.Kind.TASK)
              .findFirst()
              .orElseThrow();
      assertThat(String.join("\n", task.getStackList())).contains("ignoresItsContext");
      assertThat(task.getThread()).startsWith("ripcord-");
      assertThat(task.getSinceEnd().getNanos()).isGreaterThanOrEqualTo(50_000_000);
      assertThat(logs.seen())
          .hasSize(2)
          .anyMatch(
              line -> line.contains("task \"report\" of") && line.contains("CLIENT_CANCELED"));
      assertThat(ripcord.counters().overdueTasks()).isEqualTo(1);
      assertThat(ripcord.counters().overdueHandlers()).isEqualTo(1);

      finish.countDown();
      await().until(() -> ripcord.overdue() == 0 && ripcord.liveCalls() == 0);
      await().until(() -> heard.overdueStopped.size() == 2);
      assertThat(heard.overdue).hasSize(2);
      assertThat(heard.tasksStopped).hasValue(1);
      assertThat(heard.handlersStopped).hasValue(1);
      assertThat(list(callee, true).get(0).getState()).isEqualTo(Node.State.STOPPED);
    }
  }

  @Test
  void anAsynchronousHandlersTask_isShown_thoughTheHandlerHasReturned() throws Exception {
    Ripcord ripcord = impatient();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(ripcord)
                .asyncUnary(
                    (request, answers) ->
                        Context.current().wrap(own).execute(() -> answer(answers)))
                .start()) {
      List<Event> events = watch(callee);
      cancelOnceBegun(callee);
      await().until(() -> ripcord.overdue() == 1);
      assertThat(ripcord.liveCalls()).isZero();

      Node node = list(callee, false).get(0);
      assertThat(node.getState()).isEqualTo(Node.State.OVERDUE);
      assertThat(node.getMethod()).isEqualTo("test.Strings/Unary");
      assertThat(node.hasCancellation()).isTrue();
      assertThat(String.join("\n", node.getStackList())).contains("ignoresItsContext");
      assertThat(list(callee, true)).hasSize(1);
      await().until(() -> events.stream().anyMatch(e -> e.getType() == Event.Type.OVERDUE));
      assertThat(logs.seen()).hasSize(1);

      finish.countDown();
      await().until(() -> ripcord.overdue() == 0);
      assertThat(list(callee, false)).isEmpty();
      // It has answered on the thread that was reported: the same work, not another.
      assertThat(logs.seen()).hasSize(1);
      assertThat(ripcord.counters().overdueHandlers()).isZero();
    }
  }

  private void answer(StreamObserver<String> answers) {
    try {
      answers.onNext(ignoresItsContext());
      answers.onCompleted();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsForgotten_isShownStill() throws Exception {
    Ripcord ripcord =
        Ripcord.builder()
            .service("callee")
            .overdueAfter(Duration.ofMillis(50))
            .rememberStopped(0)
            .build();
    try (Peer callee =
        Peer.with(ripcord)
            .asyncUnary(
                (request, answers) -> Context.current().wrap(own).execute(() -> answer(answers)))
            .start()) {
      cancelOnceBegun(callee);
      await().until(() -> ripcord.overdue() == 1);
      Node node = list(callee, false).get(0);
      assertThat(node.getState()).isEqualTo(Node.State.OVERDUE);
      assertThat(node.hasCancellation()).isTrue();
    }
  }

  @Test
  void anAsynchronousHandlerNobodyKnewOf_isReportedWhenItAnswers() throws Exception {
    Ripcord ripcord = impatient();
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(ripcord)
                .asyncUnary((request, answers) -> new Thread(() -> answer(answers)).start())
                .start()) {
      cancelOnceBegun(callee);
      await().until(() -> ripcord.stopTimes().count() == 1);
      long ended = System.nanoTime();
      await().until(() -> System.nanoTime() - ended > Duration.ofMillis(60).toNanos());
      assertThat(ripcord.counters().overdueHandlers()).isZero();

      finish.countDown();

      await().until(() -> ripcord.counters().overdueHandlers() == 1);
      await().until(() -> logs.seen().size() == 1);
      assertThat(logs.seen().get(0)).contains("OverdueTest.answer");
      assertThat(ripcord.overdue()).isZero();
    }
  }

  @Test
  void aHandlerAndItsTaskOnOneThread_areOne() throws Exception {
    Ripcord ripcord = impatient();
    try (Peer callee =
        Peer.with(ripcord)
            .unary(request -> Context.current().wrap(this::ignoresItsContext).call())
            .start()) {
      cancelOnceBegun(callee);
      await().until(() -> ripcord.overdue() == 1);
      finish.countDown();
      await().until(() -> ripcord.liveCalls() == 0 && ripcord.overdue() == 0);
      assertThat(ripcord.counters().overdueHandlers() + ripcord.counters().overdueTasks())
          .isEqualTo(1);
    }
  }

  /** As a driver binding does: it declares the statement when it is told to stop. */
  private String executes(CountDownLatch returned) throws InterruptedException {
    Context context = Context.current();
    Thread here = Thread.currentThread();
    AtomicReference<ObservedWork> statement = new AtomicReference<>();
    Registration cancel =
        context.onDone(
            Runnable::run,
            why ->
                statement.set(
                    ObservedWork.lingering(ObservedWork.Kind.STATEMENT, "", context, why, here)));
    try {
      return ignoresItsContext();
    } finally {
      cancel.stopOrJoin();
      statement.get().end();
      returned.await();
    }
  }

  @Test
  void aHandlersStatement_isShownInItsPlace_thenTheHandlerThatGoesOn() throws Exception {
    CountDownLatch returned = new CountDownLatch(1);
    // Longer than the end can take to reach the statement.
    Ripcord ripcord =
        Ripcord.builder().service("callee").overdueAfter(Duration.ofMillis(500)).build();
    try (Peer callee = Peer.with(ripcord).unary(request -> executes(returned)).start()) {
      cancelOnceBegun(callee);
      await().until(() -> ripcord.overdue() == 1);
      assertThat(list(callee, false).get(0).getOverdueList())
          .extracting(OverdueWork::getKind)
          .containsExactly(OverdueWork.Kind.STATEMENT);
      assertThat(ripcord.counters().overdueStatements()).isEqualTo(1);
      assertThat(ripcord.counters().overdueHandlers()).isZero();

      finish.countDown();

      await().until(() -> ripcord.counters().overdueHandlers() == 1);
      assertThat(list(callee, false).get(0).getOverdueList())
          .extracting(OverdueWork::getKind)
          .containsExactly(OverdueWork.Kind.HANDLER);
      returned.countDown();
      await().until(() -> ripcord.overdue() == 0 && ripcord.liveCalls() == 0);
    } finally {
      returned.countDown();
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  void onVirtualThreads_eachIsShownWithItsOwnStack() throws Exception {
    int calls = 20;
    CountDownLatch all = new CountDownLatch(calls);
    Ripcord ripcord = impatient();
    ExecutorService virtual =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try (Peer callee =
        Peer.with(ripcord)
            .settings(builder -> builder.executor(virtual))
            .unary(request -> descend(Integer.parseInt(request), all))
            .start()) {
      ManagedChannel channel = caller.channelTo(callee);
      List<ClientCall<String, String>> open = new ArrayList<>();
      for (int depth = 1; depth <= calls; depth++) {
        open.add(start(channel, Integer.toString(depth)));
      }
      all.await();
      open.forEach(call -> call.cancel("enough", null));
      await().until(() -> ripcord.overdue() == calls);

      List<Long> depths = new ArrayList<>();
      for (Node node : list(callee, false)) {
        List<String> stack = node.getOverdue(0).getStackList();
        depths.add(stack.stream().filter(frame -> frame.contains("OverdueTest.descend(")).count());
      }
      // Each call has its own depth: no stack is another's, and none is missing.
      assertThat(depths).doesNotHaveDuplicates().hasSize(calls);
      finish.countDown();
      await().until(() -> ripcord.liveCalls() == 0);
    } finally {
      virtual.shutdown();
    }
  }

  private String descend(int depth, CountDownLatch all) throws InterruptedException {
    if (depth > 1) {
      return descend(depth - 1, all);
    }
    all.countDown();
    return ignoresItsContext();
  }

  @Test
  void aStormOfThem_isCounted_butNotAllLogged() throws Exception {
    int calls = 50;
    CountDownLatch all = new CountDownLatch(calls);
    Ripcord ripcord = impatient();
    try (Logs logs = Logs.watch();
        Peer callee = Peer.with(ripcord).unary(request -> descend(1, all)).start()) {
      ManagedChannel channel = caller.channelTo(callee);
      List<ClientCall<String, String>> open = new ArrayList<>();
      for (int i = 0; i < calls; i++) {
        open.add(start(channel, "go"));
      }
      all.await();
      open.forEach(call -> call.cancel("enough", null));
      await().until(() -> ripcord.counters().overdueHandlers() == calls);
      assertThat(ripcord.overdue()).isEqualTo(calls);
      assertThat(logs.seen().size()).isLessThan(calls);
      finish.countDown();
      await().until(() -> ripcord.overdue() == 0);
    }
  }

  @Test
  void detachedWork_isNotOverdue() throws Exception {
    Ripcord ripcord = impatient();
    CountDownLatch detachedBegun = new CountDownLatch(1);
    try (Logs logs = Logs.watch();
        Peer callee =
            Peer.with(ripcord)
                .unary(
                    request -> {
                      Context detached = Context.current().withoutCancel();
                      detached
                          .withTimeout(Duration.ofMinutes(1))
                          .context()
                          .wrap(own)
                          .submit(
                              () -> {
                                detachedBegun.countDown();
                                return ignoresItsContext();
                              });
                      Context.current().awaitDone(Duration.ofMinutes(1));
                      return "done";
                    })
                .start()) {
      ClientCall<String, String> call = start(caller.channelTo(callee), "go");
      detachedBegun.await();
      call.cancel("enough", null);
      await().until(() -> ripcord.stopTimes().count() == 1);
      long ended = System.nanoTime();
      await().until(() -> System.nanoTime() - ended > Duration.ofMillis(150).toNanos());
      assertThat(ripcord.overdue()).isZero();
      assertThat(logs.seen()).isEmpty();
    }
  }

  // Tools.

  private void cancelOnceBegun(Peer callee) throws InterruptedException {
    ClientCall<String, String> call = start(caller.channelTo(callee), "go");
    begun.await();
    call.cancel("enough", null);
  }

  private static ClientCall<String, String> start(ManagedChannel channel, String request) {
    ClientCall<String, String> call = channel.newCall(Strings.UNARY, io.grpc.CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    return call;
  }

  private List<Node> list(Peer callee, boolean stopped) {
    List<Node> nodes = new ArrayList<>();
    ContextsGrpc.newBlockingStub(caller.channelTo(callee))
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .list(ListRequest.newBuilder().setIncludeStopped(stopped).build())
        .forEachRemaining(nodes::add);
    return nodes;
  }

  private List<Event> watch(Peer callee) {
    List<Event> events = new CopyOnWriteArrayList<>();
    ContextsGrpc.newStub(caller.channelTo(callee))
        .watch(
            WatchRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(Event event) {
                events.add(event);
              }

              @Override
              public void onError(Throwable failure) {}

              @Override
              public void onCompleted() {}
            });
    return events;
  }
}
