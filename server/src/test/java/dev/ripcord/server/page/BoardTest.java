package dev.ripcord.server.page;

import static dev.ripcord.server.page.Nodes.event;
import static dev.ripcord.server.page.Nodes.node;
import static dev.ripcord.server.page.Nodes.overdue;
import static dev.ripcord.server.page.Nodes.stopped;
import static dev.ripcord.server.page.Nodes.told;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Duration;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.proto.v1.Event.Type;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.server.page.KnownNode.State;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes from several processes, in any order, is put together; and is bounded. */
class BoardTest {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final String A = "a:1";
  private static final String B = "b:2";

  private final Board board = new Board(new StopCounts(), () -> {});
  private final RequestId request = RequestId.random();
  private final long start = System.nanoTime();

  private void happened(String address, Type type, Node.Builder node, long heard) {
    board.happened(address, event(type, node), 0, heard);
  }

  private JsonObject tree() {
    byte[] json = board.request(request, new Shown(new WallClock(), start + SECOND)::tree);
    return JsonParser.parseString(new String(json, StandardCharsets.UTF_8)).getAsJsonObject();
  }

  private JsonObject shown(int index) {
    return tree().getAsJsonArray("nodes").get(index).getAsJsonObject();
  }

  private State state() {
    return board.request(request, KnownRequest::state);
  }

  @Test
  void timesAreCountedFromThePress_orFromTheFirstThatWasTold() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(B, Type.OPENED, node(request, 2).setDepth(1), start);
    // The second one's end is heard of first.
    happened(B, Type.ENDED, told(node(request, 2).setDepth(1), start + 7 * MICRO), start + 9);
    assertThat(shown(1).get("told_us").getAsLong()).isZero();
    long before = board.revision();
    happened(A, Type.ENDED, told(node(request, 1), start + 4 * MICRO), start + 11);
    assertThat(shown(0).get("told_us").getAsLong()).isZero();
    assertThat(shown(1).get("told_us").getAsLong()).isEqualTo(3);
    List<String> again =
        board.since(before, true, 9, c -> c.nodes().stream().map(n -> n.address).toList());
    assertThat(again).as("both are told anew").containsExactlyInAnyOrder(A, B);
    happened(
        B, Type.STOPPED, stopped(told(node(request, 2), start + 7 * MICRO), start + 9 * MICRO), 0);
    assertThat(shown(1).get("stopped_us").getAsLong()).isEqualTo(5);
  }

  @Test
  void aPressCounts_unlessItWasEndedBefore() {
    happened(A, Type.OPENED, node(request, 1), start);
    board.pressed(request, start + 2 * MICRO);
    happened(A, Type.ENDED, told(node(request, 1), start + 5 * MICRO), start);
    assertThat(shown(0).get("told_us").getAsLong()).isEqualTo(3);
    RequestId other = RequestId.random();
    happened(A, Type.OPENED, node(other, 3), start);
    happened(A, Type.ENDED, told(node(other, 3), start + 5 * MICRO), start);
    board.pressed(other, start + 8 * MICRO);
    assertThat(board.<Boolean>request(other, KnownRequest::wasPressed)).isFalse();
    assertThat(board.<Long>request(other, KnownRequest::zeroNanos)).isEqualTo(start + 5 * MICRO);
  }

  @Test
  void whatIsListedLate_isNotBelieved() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(A, Type.STOPPED, stopped(node(request, 1), start + 5), start + 6);
    board.listed(A, List.of(node(request, 1).build()), start, State.LOST, 0, start + 7);
    assertThat(state()).isEqualTo(State.DONE);
    long revision = board.revision();
    happened(A, Type.OPENED, node(request, 1).setAge(nanos(9)), start + 9);
    assertThat(board.revision()).as("told late as well").isEqualTo(revision);
  }

  private static Duration nanos(int nanos) {
    return Duration.newBuilder().setNanos(nanos).build();
  }

  @Test
  void aCallThatIsTriedAgain_isAnother() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(A, Type.STOPPED, stopped(node(request, 1), start + 5), start + 6);
    happened(A, Type.OPENED, node(request, 1), start + 9);
    assertThat(tree().getAsJsonArray("nodes")).hasSize(2);
    assertThat(shown(0).get("key")).isNotEqualTo(shown(1).get("key"));
    assertThat(state()).isEqualTo(State.LIVE);
    happened(A, Type.STOPPED, stopped(node(request, 1), start + 12), start + 12);
    assertThat(state()).isEqualTo(State.DONE);
  }

  @Test
  void whatIsNotListedAnyMore_isLost_orHasStopped() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(A, Type.OPENED, node(request, 2), start + 5);
    happened(B, Type.OPENED, node(request, 3), start);
    board.listed(A, List.of(), start + 3, State.LOST, 0, start + 9);
    List<State> states =
        board.request(request, r -> r.nodes.values().stream().map(KnownNode::state).toList());
    assertThat(states)
        .as("not heard of since, heard of since, of another process")
        .containsExactly(State.LOST, State.LIVE, State.LIVE);
    board.lost(B, start + 10);
    assertThat(board.running()).isEqualTo(1);
  }

  @Test
  void whatIsOverdue_isShownWithItsStack_untilItHasReturned() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(A, Type.STOPPED, stopped(told(node(request, 1), start + 2), start + 5), start + 6);
    happened(A, Type.OVERDUE, overdue(told(node(request, 1), start + 2)), start + 8);
    assertThat(state()).isEqualTo(State.OVERDUE);
    assertThat(board.byAddress().get(A)).containsExactly(1, 1);
    assertThat(shown(0).getAsJsonArray("overdue").get(0).toString()).contains("Nightly.crunch");
    board.listed(A, List.of(), start + 20, State.STOPPED, 0, start + 20);
    assertThat(state()).isEqualTo(State.STOPPED);
  }

  @Test
  void listingTheSame_changesNothing() {
    Node.Builder late = overdue(told(node(request, 1), start));
    happened(A, Type.OVERDUE, late, start);
    long revision = board.revision();
    board.listed(A, List.of(late.build()), start, State.STOPPED, 0, start + 1);
    assertThat(board.revision()).isEqualTo(revision);
    board.listed(
        A, List.of(late.clone().addStack("elsewhere").build()), start, State.STOPPED, 0, start + 2);
    assertThat(board.revision()).isGreaterThan(revision);
  }

  @Test
  void anothersClockIsTakenIntoAccount() {
    long theirs = 5;
    board.happened(
        A,
        event(Type.STOPPED, stopped(told(node(request, 1), theirs), theirs + 3 * MICRO)),
        start - theirs,
        start + 4 * MICRO);
    assertThat(board.<Long>request(request, KnownRequest::zeroNanos)).isEqualTo(start);
    assertThat(shown(0).get("stopped_us").getAsLong()).isEqualTo(3);
  }

  @Test
  void changesComeInParts_andNoNodeBeforeItsRequest() {
    for (int i = 0; i < 50; i++) {
      happened(A, Type.OPENED, node(RequestId.random(), i), start);
    }
    for (int i = 100; i < 150; i++) {
      happened(A, Type.OPENED, node(request, i), start);
    }
    List<KnownNode> nodes = new ArrayList<>();
    List<KnownRequest> requests = new ArrayList<>();
    long seen = 0;
    int parts = 0;
    while (seen < board.revision()) {
      Revisions.Changes part = board.since(seen, true, 7, changes -> changes);
      assertThat(part.nodes()).hasSizeLessThanOrEqualTo(7);
      requests.addAll(part.requests());
      assertThat(part.nodes()).allMatch(node -> requests.contains(node.request));
      nodes.addAll(part.nodes());
      assertThat(part.revision()).isGreaterThan(seen);
      seen = part.revision();
      parts++;
    }
    assertThat(nodes).hasSize(100).doesNotHaveDuplicates();
    assertThat(parts).isLessThan(40);
    assertThat(board.<Revisions.Changes>since(seen, true, 7, changes -> changes).isEmpty())
        .isTrue();
    happened(A, Type.STOPPED, stopped(node(request, 149), start + 9), start + 9);
    assertThat(board.<List<KnownNode>>since(seen, true, 7, Revisions.Changes::nodes)).hasSize(1);
    assertThat(board.<List<KnownNode>>since(seen, request, 7, Revisions.Changes::nodes)).hasSize(1);
  }

  @Test
  void whatIsOverIsForgotten_oldestFirst_andToldSo() {
    List<RequestId> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      RequestId each = RequestId.random();
      all.add(each);
      happened(A, Type.STOPPED, stopped(node(each, i), start + i), start + i);
    }
    long before = board.revision();
    board.tick(System.nanoTime() + SECOND);
    assertThat(board.<Integer>all(List::size)).isEqualTo(300);
    assertThat(board.<KnownRequest>request(all.get(0), r -> r)).isNull();
    assertThat(board.<KnownRequest>request(all.get(399), r -> r)).isNotNull();
    assertThat(board.<List<RequestId>>since(before, true, 1000, Revisions.Changes::gone))
        .containsExactlyElementsOf(all.subList(0, 100));
    board.tick(System.nanoTime() + 700 * SECOND);
    assertThat(board.<Integer>all(List::size)).isZero();
    assertThat(board.running()).isZero();
    assertThat(board.<List<KnownNode>>since(0, true, 1000, Revisions.Changes::nodes)).isEmpty();
  }

  @Test
  void aRequestIsOver_onceItHasBeenQuiet() {
    happened(A, Type.OPENED, node(request, 1), start);
    happened(A, Type.STOPPED, stopped(node(request, 1), start + 5), start + 6);
    board.tick(System.nanoTime());
    assertThat(board.<Boolean>request(request, r -> r.over)).isFalse();
    board.tick(System.nanoTime() + 400 * MILLI);
    assertThat(board.<Boolean>request(request, r -> r.over)).isTrue();
    happened(B, Type.OPENED, node(request, 2), start + 9);
    assertThat(board.<Boolean>request(request, r -> r.over)).isFalse();
  }

  @Test
  void moreThanItCanHoldIsNotTakenUp() {
    for (int i = 0; i < Board.MOST_RUNNING + 10; i++) {
      happened(A, Type.OPENED, node(RequestId.random(), i), start);
    }
    assertThat(board.running()).isEqualTo(Board.MOST_RUNNING);
    assertThat(board.untracked()).isEqualTo(10);
  }

  @Test
  void theServersOwnPlumbing_andNonsense_isNotShown() {
    happened(A, Type.OPENED, node(request, 1).setMethod("grpc.health.v1.Health/Watch"), start);
    happened(A, Type.OPENED, node(request, 2).clearRequestId(), start);
    assertThat(board.running()).isZero();
  }
}
