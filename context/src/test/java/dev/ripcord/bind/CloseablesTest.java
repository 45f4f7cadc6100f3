package dev.ripcord.bind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.ContextException;
import dev.ripcord.Tree;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sockets, channels, and closing that goes wrong. */
@SuppressWarnings("try") // scopes are used by closing them
class CloseablesTest {
  private static final Duration SHORT = Duration.ofMillis(20);

  private final CancelScope scope = Context.background().withCancel();
  private final Context context = scope.context();
  private final CountDownLatch never = new CountDownLatch(1);
  private ServerSocket server;

  static List<Threading> threads() {
    return Threading.available();
  }

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    server.close();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(Tree.members(context)).isZero();
  }

  private Socket connect() throws IOException {
    return new Socket(server.getInetAddress(), server.getLocalPort());
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("a socket that is read: closed by the end; its peer sees the end of the stream")
  void socket(Threading kind) throws Exception {
    try (Socket socket = connect();
        Socket peer = server.accept()) {
      CountDownLatch reading = new CountDownLatch(1);
      Threading.Running<Integer> running =
          kind.begin(
              () ->
                  Closeables.call(
                      context,
                      socket,
                      () -> {
                        reading.countDown();
                        return socket.getInputStream().read();
                      }));
      reading.await();
      scope.cancel();
      assertThatThrownBy(running::result)
          .isInstanceOf(CanceledException.class)
          .satisfies(e -> assertThat(e.getSuppressed()[0]).isInstanceOf(SocketException.class));
      assertThat(socket.isClosed()).isTrue();
      assertThat(peer.getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("accepting, connected channels, several at once")
  void others(Threading kind) throws Exception {
    assertStops(kind, server, () -> server.accept());
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (SocketChannel channel = SocketChannel.open(listening.getLocalAddress());
          SocketChannel peer = listening.accept()) {
        assertStops(kind, channel, () -> channel.read(ByteBuffer.allocate(1)));
        assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertStops(kind, listening, () -> listening.accept());
      }
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21)
  @DisplayName("work on virtual threads that keeps all carriers until it is closed")
  void allCarriersBusy() throws Exception {
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch spinning = new CountDownLatch(carriers);
    List<Threading.Running<Void>> running = new ArrayList<>();
    for (int i = 0; i < carriers; i++) {
      AtomicBoolean closed = new AtomicBoolean();
      running.add(
          Threading.VIRTUAL.begin(
              () -> {
                Closeables.run(context, () -> closed.set(true), () -> spin(spinning, closed));
                return null;
              }));
    }
    spinning.await();
    scope.cancel();
    for (Threading.Running<Void> each : running) {
      assertThatThrownBy(each::result).isInstanceOf(CanceledException.class);
    }
  }

  private static void spin(CountDownLatch spinning, AtomicBoolean closed) throws IOException {
    spinning.countDown();
    while (!closed.get()) {
      Thread.onSpinWait();
    }
    throw new IOException("closed");
  }

  private static void assertStops(Threading kind, AutoCloseable resource, Work<?, ?> work)
      throws Exception {
    try (CancelScope end = Context.background().withCancel()) {
      CountDownLatch begun = new CountDownLatch(1);
      Threading.Running<Void> running =
          kind.begin(
              () -> {
                Closeables.run(
                    end.context(),
                    resource,
                    () -> {
                      begun.countDown();
                      work.call();
                    });
                return null;
              });
      begun.await();
      end.cancel();
      assertThatThrownBy(running::result).isInstanceOf(CanceledException.class);
    }
  }

  @Test
  @DisplayName(
      "work that finishes: its result, its failure; the resource stays open, afterwards too")
  void workThatFinishes() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    Closeable resource = () -> closed.set(true);
    assertThat(Closeables.call(context, resource, Context::current)).isSameAs(context);
    IOException failure = new IOException("reset");
    assertThatThrownBy(
            () ->
                Closeables.run(
                    context,
                    resource,
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);
    scope.cancel();
    assertThatThrownBy(() -> Closeables.run(context, () -> {}, () -> {}))
        .isInstanceOf(CanceledException.class);
    assertThat(closed).isFalse();
  }

  @Test
  @DisplayName("work that finishes although the end has closed its resource: its result")
  void workThatGoesOn() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    String result =
        Closeables.call(
            context,
            closed::countDown,
            () -> {
              scope.cancel();
              closed.await();
              return "read before";
            });
    assertThat(result).isEqualTo("read before");
  }

  @Test
  @DisplayName("a close that throws: said")
  void closeThatThrows() {
    CountDownLatch closed = new CountDownLatch(1);
    IOException ofClose = new IOException("cannot close");
    Closeable resource =
        () -> {
          closed.countDown();
          throw ofClose;
        };
    assertThatThrownBy(() -> Closeables.run(context, resource, () -> failWhen(closed)))
        .isInstanceOf(CanceledException.class)
        .hasSuppressedException(ofClose)
        .hasSuppressedException(new IOException("stream closed"));
  }

  private void failWhen(CountDownLatch closed) throws IOException, InterruptedException {
    scope.cancel();
    closed.await();
    throw new IOException("stream closed");
  }

  @Test
  @DisplayName("a close that never returns: said, with its stack, when the grace is over")
  void closeThatNeverReturns() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    AutoCloseable resource =
        () -> {
          closing.countDown();
          never.await();
        };
    try (Closing bound = Closeables.closing(context, SHORT, resource)) {
      assertThatThrownBy(() -> bound.run(() -> failWhen(closing)))
          .isInstanceOf(CanceledException.class)
          .satisfies(
              e ->
                  assertThat(e.getSuppressed()[1])
                      .isInstanceOf(NotStoppedException.class)
                      .hasMessageContaining("still being closed")
                      .hasStackTraceContaining("closeThatNeverReturns"));
      assertThat(bound.problems()).hasSize(1);
    } finally {
      never.countDown();
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("a close that frees nobody: the work is interrupted when the grace is over")
  void closeThatFreesNobody(Threading kind) throws Exception {
    Threading.Running<Boolean> running =
        kind.begin(
            () -> {
              try (Closing bound = Closeables.closing(context, SHORT, () -> {})) {
                assertThatThrownBy(
                        () ->
                            bound.run(
                                () -> {
                                  scope.cancel();
                                  never.await();
                                }))
                    .isInstanceOf(CanceledException.class)
                    .hasSuppressedException(new InterruptedException());
              }
              return Thread.currentThread().isInterrupted();
            });
    assertThat(running.result()).isFalse();
  }

  @Test
  @DisplayName("one that cannot be closed keeps none of the others open")
  void several() throws Exception {
    CountDownLatch others = new CountDownLatch(2);
    try (Closing bound =
        Closeables.closing(context, SHORT, others::countDown, never::await, others::countDown)) {
      scope.cancel();
      others.await();
      await().until(() -> bound.problems().size() == 1);
    } finally {
      never.countDown();
    }
  }

  @Test
  @DisplayName("somebody else's interrupt is thrown")
  void interrupt() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Closeables.run(context, () -> {}, () -> never.await()))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  @DisplayName("done before: closed at once")
  void doneBefore() throws Exception {
    scope.cancel();
    CountDownLatch closed = new CountDownLatch(1);
    try (Closing bound = Closeables.closing(context, closed::countDown)) {
      closed.await();
      assertThatThrownBy(() -> bound.run(() -> {})).isInstanceOf(ContextException.class);
      assertThat(bound.problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("threads")
  @DisplayName("within 20 ms, and nothing left")
  void stopTimes(Threading kind) throws Exception {
    StopTimes.check(
        "a socket that is read",
        kind,
        (under, waiting) -> {
          try (Socket socket = connect();
              Socket peer = server.accept()) {
            assertThat(peer.isConnected()).isTrue();
            Closeables.run(
                under,
                socket,
                () -> {
                  waiting.countDown();
                  assertThat(socket.getInputStream().read()).isEqualTo(-2);
                });
          }
        });
  }
}
