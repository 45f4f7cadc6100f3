package dev.ripcord.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.Node;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of the nodes of processes that do not answer every time they are asked. */
class CancelFromTheTopTest {
  private static final String HERE = "here:1";
  private static final Node RUNNING = node(Node.State.LIVE);
  private static final CancelReply FOUND_RUNNING =
      CancelReply.newBuilder().setFound(1).addNodes(node(Node.State.ENDING)).build();

  private final CancelFromTheTop cancel = new CancelFromTheTop(List.of(said(List.of(RUNNING))));

  private static Node node(Node.State state) {
    return Node.newBuilder()
        .setContextId(ByteString.copyFromUtf8("12345678"))
        .setState(state)
        .build();
  }

  private static <T> Answer<T> said(T what) {
    return new Answer<>(HERE, what, null);
  }

  private static <T> Answer<T> silence() {
    return new Answer<>(HERE, null, Status.DEADLINE_EXCEEDED);
  }

  private CancelReply result(Answer<CancelReply> reply, Answer<List<Node>> listedLast) {
    cancel.add(List.of(reply));
    List<Answer<CancelReply>> results = cancel.result(List.of(reply), List.of(listedLast));
    assertThat(results).hasSize(1).allMatch(Answer::isAnswered);
    return results.get(0).get();
  }

  @Test
  void oneThatIsNotListedAnyMore_hasStopped() {
    CancelReply result = result(said(FOUND_RUNNING), said(List.of()));
    assertThat(result.getFound()).isEqualTo(1);
    assertThat(result.getStopped()).isEqualTo(1);
    assertThat(result.getNodes(0).getState()).isEqualTo(Node.State.STOPPED);
  }

  @Test
  void oneThatIsListed_isAsItIsListed() {
    CancelReply result = result(said(FOUND_RUNNING), said(List.of(node(Node.State.STOPPED))));
    assertThat(result.getStopped()).isEqualTo(1);
  }

  @Test
  void whoFallsSilentAfterItsReply_hasToldLastOfItsNodesInThat() {
    CancelReply result = result(said(FOUND_RUNNING), silence());
    assertThat(result.getFound()).isEqualTo(1);
    assertThat(result.getStopped()).isZero();
    assertThat(result.getNodes(0).getState()).isEqualTo(Node.State.ENDING);
  }

  @Test
  void whoFallsSilentBefore_stillHasItsNodes() {
    CancelReply result = result(silence(), silence());
    assertThat(result.getFound()).isEqualTo(1);
    assertThat(result.getStopped()).isZero();
    assertThat(result.getNodes(0).getState()).isEqualTo(Node.State.LIVE);
  }

  @Test
  void whoHadNothingAndIsSilent_isSaidToBe() {
    CancelFromTheTop nothing = new CancelFromTheTop(List.of(said(List.of())));
    List<Answer<CancelReply>> results = nothing.result(List.of(silence()), List.of(silence()));
    assertThat(results).hasSize(1).noneMatch(Answer::isAnswered);
  }
}
