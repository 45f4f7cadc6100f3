package dev.ripcord.client.demo;

import static dev.ripcord.client.demo.Nodes.call;
import static dev.ripcord.client.demo.Nodes.cut;
import static dev.ripcord.client.demo.Nodes.live;
import static dev.ripcord.client.demo.Nodes.stopped;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.ripcord.proto.v1.Node;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeTest {
  private static final long EVENT = 1_000_000;

  //  edge - gateway - identity - db
  //                 - token
  private static List<Node> nodes(Node.Builder... builders) {
    return List.of(builders).stream().map(Node.Builder::build).toList();
  }

  @Test
  void timesCountFromTheEvent_inMicroseconds() {
    List<NodeResult> results =
        new Tree(nodes(cut(live("gateway", 0, "g", ""), "DEADLINE", EVENT + 2_500_000)), "")
            .resultsSince(EVENT);

    assertThat(results).extracting(NodeResult::stoppedAfterMicros).containsExactly(2_500L);
  }

  @Test
  void whoHasNotStopped_hasNoTime() {
    assertThat(new Tree(nodes(live("gateway", 0, "g", "")), "").resultsSince(EVENT))
        .extracting(NodeResult::stoppedAfterMicros)
        .containsOnlyNulls();
  }

  @Test
  void whatWasDoneBeforeTheEvent_isNoPartOfIt() {
    List<Node> listed =
        nodes(
            stopped(live("db", 2, "d1", "i"), EVENT - 1),
            stopped(live("db", 2, "d2", "i"), EVENT),
            cut(live("db", 2, "d3", "i"), "DEADLINE", EVENT - 1));

    assertThat(new Tree(listed, "").resultsSince(EVENT)).hasSize(2);
  }

  @Test
  void anAnswerThatItsCallerHadBefore_isNoPartOfIt_howeverLateItsHandlerReturned() {
    Timestamp first = Timestamp.newBuilder().setSeconds(1).build();
    Timestamp second = Timestamp.newBuilder().setSeconds(2).build();
    List<Node> listed =
        nodes(
            stopped(live("db", 2, "d1", "i"), EVENT + 1).setOpenedAt(first),
            cut(live("db", 2, "d2", "i"), "DEADLINE", EVENT + 1).setOpenedAt(second),
            stopped(live("db", 1, "d3", "g"), EVENT + 1).setOpenedAt(first));

    assertThat(new Tree(listed, "").resultsSince(EVENT))
        .extracting(NodeResult::depth)
        .containsExactly(1, 2);
  }

  @Test
  void aResetCallee_getsTheReasonThatItsCallerHad() {
    List<Node> listed =
        nodes(
            stopped(live("gateway", 0, "g", ""), EVENT).addCalls(call("i", "SIBLING_FAILED")),
            cut(live("identity", 1, "i", "g"), "CLIENT_CANCELED", EVENT),
            cut(live("db", 2, "d", "i"), "CLIENT_CANCELED", EVENT));

    List<NodeResult> results = new Tree(listed, "").resultsSince(EVENT);

    assertThat(results)
        .extracting(NodeResult::code)
        .containsExactly(null, "SIBLING_FAILED", "SIBLING_FAILED");
    assertThat(results)
        .extracting(NodeResult::seenCode)
        .containsExactly(null, "CLIENT_CANCELED", "CLIENT_CANCELED");
  }

  @Test
  void aReasonOfItsOwn_isNotLookedForElsewhere() {
    List<Node> listed =
        nodes(
            cut(live("gateway", 0, "g", ""), "CONNECTION_LOST", EVENT)
                .addCalls(call("i", "CONNECTION_LOST")),
            cut(live("identity", 1, "i", "g"), "SHUTDOWN", EVENT));

    assertThat(new Tree(listed, "").resultsSince(EVENT))
        .extracting(NodeResult::code)
        .containsExactly("CONNECTION_LOST", "SHUTDOWN");
  }

  @Test
  void withNoReasonAnywhere_itIsTheEdges() {
    List<Node> listed =
        nodes(
            cut(live("gateway", 0, "g", "edge"), "CLIENT_CANCELED", EVENT)
                .addCalls(call("i", "CLIENT_CANCELED")),
            cut(live("identity", 1, "i", "g"), "CLIENT_CANCELED", EVENT));

    assertThat(new Tree(listed, "USER_CANCELED").resultsSince(EVENT))
        .extracting(NodeResult::code)
        .containsOnly("USER_CANCELED");
  }

  @Test
  void aRingOfIds_isSurvived() {
    List<Node> listed =
        nodes(
            cut(live("gateway", 0, "a", "b"), "CLIENT_CANCELED", EVENT),
            cut(live("identity", 1, "b", "a"), "CLIENT_CANCELED", EVENT));

    assertThat(new Tree(listed, "USER_CANCELED").resultsSince(EVENT)).hasSize(2);
  }

  @Test
  void valuesAreListedByTheServicesThatHadThem_edgeFirst() {
    List<Node> listed =
        nodes(
            live("db", 1, "d", "g").addValueNames("tenant"),
            live("db", 2, "e", "i").addValueNames("tenant"),
            live("gateway", 0, "g", "").addValueNames("tenant").addValueNames("badge"));

    assertThat(new Tree(listed, "").services())
        .isEqualTo(Map.of("tenant", List.of("gateway", "db"), "badge", List.of("gateway")));
  }
}
