package dev.ripcord.client.demo;

import static dev.ripcord.client.demo.Nodes.cut;
import static dev.ripcord.client.demo.Nodes.live;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.v1.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static Outcome outcome(List<Check> checks, Node.Builder... nodes) {
    List<Node> listed = List.of(nodes).stream().map(Node.Builder::build).toList();
    return new Outcome(
        Scenario.SIBLING_FAILURE,
        "",
        new Tree(listed, "").resultsSince(0),
        List.of(
            WorkResult.of("db", work(Work.Kind.PROCESS, "gzip").setPid(4711).build(), 1_000),
            WorkResult.of(
                "token", work(Work.Kind.LOCK, "keys").setStoppedMonotonicNs(6_000).build(), 1_000)),
        Map.of("tenant", List.of("gateway")),
        0,
        checks,
        Duration.ZERO);
  }

  private static Work.Builder work(Work.Kind kind, String name) {
    return Work.newBuilder().setKind(kind).setName(name);
  }

  @Test
  void jsonTellsWhatStoppedBesidesTheHandlers() {
    assertThat(outcome(List.of()).toJson().get("work"))
        .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
        .satisfiesExactly(
            goesOn ->
                assertThat(goesOn.toString())
                    .isEqualTo(
                        "{kind=process, service=db, name=gzip, pid=4711, stopped_after_us=null}"),
            stopped ->
                assertThat(stopped.toString())
                    .isEqualTo(
                        "{kind=lock, service=token, name=keys, pid=null, stopped_after_us=5}"));
  }

  @Test
  void jsonHasTheFieldsThatOthersRead() {
    Outcome outcome =
        outcome(List.of(new Check("a", true, "")), cut(live("db", 1, "d", "g"), "DEADLINE", 4_000));

    Map<String, Object> json = outcome.toJson();

    assertThat(json)
        .containsEntry("name", "sibling-failure")
        .containsEntry("ok", true)
        .containsEntry("values", Map.of("tenant", List.of("gateway")))
        .containsEntry("db_active_after", 0);
    assertThat(outcome.nodes().get(0).toJson())
        .containsEntry("service", "db")
        .containsEntry("instance", "db-1")
        .containsEntry("pid", 7L)
        .containsEntry("method", "ripcord.services.db.v1.Db/Work")
        .containsEntry("depth", 1)
        .containsEntry("kind", "CANCELED")
        .containsEntry("code", "DEADLINE")
        .containsEntry("stopped_after_us", 4L);
  }

  @Test
  void oneCheckThatFails_failsTheScenario() {
    List<Check> checks = List.of(new Check("a", true, ""), new Check("b", false, "c"));

    assertThat(outcome(checks).ok()).isFalse();
    assertThat(outcome(checks).toJson()).containsEntry("failed_checks", List.of("b: c"));
  }

  @Test
  void theDeepestNodesTime_isTheLatestOfThoseAtItsDepth() {
    Node.Builder shallow = cut(live("gateway", 0, "g", ""), "DEADLINE", 9_000_000);
    Node.Builder early = cut(live("db", 2, "d", "i"), "DEADLINE", 3_000_000);
    Node.Builder late = cut(live("db", 2, "e", "i"), "DEADLINE", 5_000_000);

    assertThat(outcome(List.of(), shallow, early, late).deepestMicros()).isEqualTo(5_000L);
    assertThat(outcome(List.of(), shallow, live("db", 2, "d", "i")).deepestMicros()).isNull();
  }

  @Test
  void quantilesAreOfTheNearestRank() {
    Latencies hundred = new Latencies(LongStream.rangeClosed(1, 100).boxed().toList());

    assertThat(hundred.median()).isEqualTo(50);
    assertThat(hundred.p99()).isEqualTo(99);
    assertThat(new Latencies(List.of(7L)).p99()).isEqualTo(7);
    assertThat(new Latencies(List.of()).median()).isZero();
  }
}
