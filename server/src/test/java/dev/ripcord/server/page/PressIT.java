package dev.ripcord.server.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.Reason;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * How long it is from a cancel's leaving its caller to the last node's stop: pressed over HTTP, and
 * called by gRPC at the same gateway, in turn, both ways well trodden. Reports the ratio; how fast
 * a machine is is no test's matter. {@code -Dripcord.presses=30} for numbers worth reading.
 */
@SuppressWarnings("try") // closing may be interrupted, and the test then fails
class PressIT {
  private static final int ROUNDS = Integer.getInteger("ripcord.presses", 3);
  private static final int WARM_UP = ROUNDS / 3;
  private static final int TREADS = 10 * ROUNDS;
  private static final String HEAVY =
      "{\"load\": \"heavy\", \"user\": \"alice\", \"password\": \"correct horse alice\"}";

  /** When the first node was told to end, and when the last one had stopped, since the press. */
  private record Ended(long firstToldMicros, long lastStoppedMicros) {}

  /**
   * What a browser has open already when somebody presses. The JDK's client takes three threads for
   * a request, and on two processors longer for that than the request takes.
   */
  private static final class KeptConnection implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    private final Socket socket;
    private final InputStream in;

    KeptConnection(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    /** The status of the answer, when all of it is here. */
    int delete(String path) throws IOException {
      String request =
          "DELETE %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n";
      socket.getOutputStream().write(request.formatted(path).getBytes(US_ASCII));
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) in.read());
      }
      Matcher length = LENGTH.matcher(head);
      assertThat(length.find()).as(head.toString()).isTrue();
      in.readNBytes(Integer.parseInt(length.group(1)));
      return Integer.parseInt(head.substring("HTTP/1.1 ".length()).substring(0, 3));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private interface Press {
    void cancel(RequestId request) throws Exception;
  }

  @Test
  void aPressOverHttpIsAsQuickAsACallByGrpc() throws Exception {
    try (FourRoles roles = new FourRoles();
        KeptConnection kept = new KeptConnection(roles.httpPort());
        Instances instances = Instances.open(roles.addresses())) {
      Browser browser = roles.browser();
      ManagedChannel channel =
          NettyChannelBuilder.forTarget(roles.addresses().get(0)).usePlaintext().build();
      ContextsGrpc.ContextsBlockingStub contexts = ContextsGrpc.newBlockingStub(channel);
      Press http = id -> assertThat(kept.delete("/api/requests/" + id)).isEqualTo(200);
      Press grpc =
          id ->
              contexts.cancel(
                  CancelRequest.newBuilder()
                      .setRequestId(ByteString.copyFrom(id.toBytes()))
                      .setReason(Reason.newBuilder().setCode("USER_CANCELED"))
                      .build());
      List<Ended> byHttp = new ArrayList<>();
      List<Ended> byGrpc = new ArrayList<>();
      for (int i = 0; i < TREADS; i++) {
        // Of what is not there. The server's side of gRPC is trodden by all that runs meanwhile.
        http.cancel(RequestId.random());
        grpc.cancel(RequestId.random());
      }
      for (int round = 0; round < WARM_UP + ROUNDS; round++) {
        // Either is first as often as the other.
        boolean httpFirst = round % 2 == 0;
        List<Ended> first = httpFirst ? byHttp : byGrpc;
        List<Ended> second = httpFirst ? byGrpc : byHttp;
        Ended one = ended(browser, instances, httpFirst ? http : grpc);
        Ended other = ended(browser, instances, httpFirst ? grpc : http);
        if (round >= WARM_UP) {
          first.add(one);
          second.add(other);
        }
      }
      channel.shutdownNow();
      report(byHttp, byGrpc);
    }
  }

  /** All roles are in this process, and have its clock. */
  private static Ended ended(Browser browser, Instances instances, Press press) throws Exception {
    RequestId id =
        RequestId.parse(browser.post("/api/requests", HEAVY).json().get("id").getAsString());
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> runsInFull(nodes(instances, id)));
    long pressed = System.nanoTime();
    press.cancel(id);
    await()
        .pollInterval(Duration.ofMillis(10))
        .until(
            () ->
                nodes(instances, id).stream()
                    .allMatch(node -> node.getState() == Node.State.STOPPED));
    List<Node> nodes = nodes(instances, id);
    assertThat(nodes.stream().filter(Node::hasCancellation)).hasSize(5);
    long first =
        nodes.stream()
            .filter(Node::hasCancellation)
            .mapToLong(Node::getEndedMonotonicNs)
            .min()
            .orElseThrow();
    long last = nodes.stream().mapToLong(Node::getStoppedMonotonicNs).max().orElseThrow();
    return new Ended((first - pressed) / 1_000, (last - pressed) / 1_000);
  }

  /** All five run, the deepest among them. */
  private static boolean runsInFull(List<Node> nodes) {
    List<Node> live = nodes.stream().filter(node -> node.getState() == Node.State.LIVE).toList();
    return live.size() == 5
        && live.stream().anyMatch(node -> node.getDoing().equals("query user_activity"));
  }

  private static List<Node> nodes(Instances instances, RequestId id) throws InterruptedException {
    ListRequest all =
        ListRequest.newBuilder().setRequestId(Instances.bytes(id)).setIncludeStopped(true).build();
    return instances.list(all, Duration.ofSeconds(5)).stream()
        .flatMap(answer -> answer.get().stream())
        .toList();
  }

  private static void report(List<Ended> byHttp, List<Ended> byGrpc) {
    long http = median(byHttp, Ended::lastStoppedMicros);
    long grpc = median(byGrpc, Ended::lastStoppedMicros);
    System.out.printf(
        Locale.ROOT,
        "from the cancel to the last stop, medians of %d: by HTTP %d us, by gRPC %d us, ratio"
            + " %.2f; to the first told: by HTTP %d us, by gRPC %d us%n",
        byHttp.size(),
        http,
        grpc,
        (double) http / grpc,
        median(byHttp, Ended::firstToldMicros),
        median(byGrpc, Ended::firstToldMicros));
  }

  private static long median(List<Ended> all, ToLongFunction<Ended> which) {
    return all.stream().mapToLong(which).sorted().skip(all.size() / 2).findFirst().orElseThrow();
  }
}
