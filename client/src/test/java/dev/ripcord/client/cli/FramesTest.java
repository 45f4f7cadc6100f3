package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final List<String> STACK =
      List.of(
          "java.base@17.0.15/jdk.internal.misc.Unsafe.park(Native Method)",
          "java.base@17.0.15/java.util.concurrent.locks.LockSupport.park(LockSupport.java:211)",
          "app//com.acme.Report.build(Report.java:41)",
          "app//com.acme.Report$$Lambda$12/0x00007f8a143ee178.run(Unknown Source)",
          "app//com.acme.Handler.query(Handler.java:12)",
          "app//com.acme.ReportsGrpc$MethodHandlers.invoke(ReportsGrpc.java:595)",
          "app//dev.ripcord.TaskGroup$Task.run(TaskGroup.java:196)",
          "app//io.grpc.stub.ServerCalls$UnaryServerCallListener.onHalfClose(ServerCalls.java:182)",
          "app//dev.ripcord.grpc.HandlerCallbacks.during(HandlerCallbacks.java:123)",
          "java.base@17.0.15/java.lang.Thread.run(Thread.java:840)");

  @Test
  void theFew_areWhatItWaitsIn_andTheHandlersOwn() {
    assertThat(Frames.few(STACK))
        .containsExactly(
            "jdk.internal.misc.Unsafe.park(Native Method)",
            "com.acme.Report.build(Report.java:41)",
            "com.acme.Handler.query(Handler.java:12)",
            "... 7 more");
  }

  @Test
  void all_areBareOfLoadersAndModules() {
    assertThat(Frames.all(STACK))
        .hasSize(10)
        .contains(
            "java.util.concurrent.locks.LockSupport.park(LockSupport.java:211)",
            "com.acme.Report$$Lambda$12/0x00007f8a143ee178.run(Unknown Source)");
  }

  @Test
  void nothingButPlumbing_isShownFromTheInside() {
    List<String> plumbing = STACK.subList(7, 10);
    assertThat(Frames.few(plumbing)).hasSize(3).doesNotContain("... 0 more");
    assertThat(Frames.few(List.of())).isEmpty();
  }

  @Test
  void whatAProcessSays_isMadeSafeToPrint() {
    assertThat(Frames.few(List.of("com.acme.Report.build\u001b[2J(Report.java:1)")))
        .containsExactly("com.acme.Report.build?[2J(Report.java:1)");
  }

  @Test
  void aLongStackOfTheHandlers_isCut() {
    List<String> deep = java.util.Collections.nCopies(50, "com.acme.Report.build(Report.java:41)");
    assertThat(Frames.few(deep)).hasSize(7).endsWith("... 44 more");
  }
}
