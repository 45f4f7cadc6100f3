package dev.ripcord.bench.finagle;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.twitter.finagle.ListeningServer;
import com.twitter.finagle.Service;
import com.twitter.finagle.mux.Request;
import com.twitter.finagle.mux.Requests;
import com.twitter.finagle.mux.Response;
import com.twitter.finagle.mux.Responses;
import com.twitter.io.Buf;
import com.twitter.util.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** What the processes say to each other, all of it text. */
final class Mux {
  private Mux() {}

  /** Serves on a free port of this machine, and returns it. */
  static int serve(Function<String, Future<String>> handler) {
    ListeningServer server =
        com.twitter.finagle.Mux.server()
            .serve(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new Service<Request, Response>() {
                  @Override
                  public Future<Response> apply(Request request) {
                    return handler
                        .apply(text(request.body()))
                        .map(answer -> Responses.make(bytes(answer)));
                  }
                });
    return ((InetSocketAddress) server.boundAddress()).getPort();
  }

  /** Those who serve on these ports. */
  static List<Function<String, Future<String>>> connect(String ports) {
    return Stream.of(ports.split(",", -1)).map(Mux::connectTo).toList();
  }

  private static Function<String, Future<String>> connectTo(String port) {
    Service<Request, Response> service =
        com.twitter.finagle.Mux.newService(
            InetAddress.getLoopbackAddress().getHostAddress() + ":" + port, port);
    return text -> service.apply(Requests.make(bytes(text))).map(response -> text(response.body()));
  }

  private static Buf bytes(String text) {
    return Buf.Utf8$.MODULE$.apply(text);
  }

  private static String text(Buf bytes) {
    return Buf.decodeString(bytes, UTF_8);
  }
}
