package dev.ripcord.bench.cascade;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes down when the twin's handlers return, and tells whoever asks, in the form in which
 * Ripcord's processes do. The least that is needed for it: one header with the run's number and the
 * depth.
 */
final class HandlerTimes extends ContextsGrpc.ContextsImplBase
    implements ServerInterceptor, ClientInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("twin-run", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Place> PLACE = Context.key("twin-place");
  private static final long PID = ProcessHandle.current().pid();

  /** Where in the tree of which run. */
  private record Place(long run, int depth) {
    static Place parse(String text) {
      int slash = text.indexOf('/');
      return new Place(
          Long.parseLong(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
      return run + "/" + depth;
    }
  }

  /** One call that was or is being handled. */
  private static final class Handled {
    private final int depth;
    private volatile long stoppedNanos; // 0 until the handler has returned

    Handled(int depth) {
      this.depth = depth;
    }
  }

  private final String service;
  private final ConcurrentMap<Long, Collection<Handled>> runs = new ConcurrentHashMap<>();

  HandlerTimes(String service) {
    this.service = service;
  }

  /** The context in which the edge makes the call of a run. */
  static Context edge(long run) {
    return Context.ROOT.withValue(PLACE, new Place(run, -1));
  }

  /** A run's number as the request id that {@code Contexts} wants. */
  static ByteString id(long run) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES).putLong(0).putLong(run);
    return ByteString.copyFrom(bytes.flip());
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Place here = PLACE.get();
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        if (here != null) {
          headers.put(HEADER, new Place(here.run(), here.depth() + 1).toString());
        }
        super.start(listener, headers);
      }
    };
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String header = headers.get(HEADER);
    if (header == null) {
      return next.startCall(call, headers);
    }
    Place place = Place.parse(header);
    Handled handled = new Handled(place.depth());
    runs.computeIfAbsent(place.run(), none -> new ConcurrentLinkedQueue<>()).add(handled);
    Context context = Context.current().withValue(PLACE, place);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, call, headers, next)) {
      @Override
      public void onHalfClose() {
        try {
          super.onHalfClose(); // a unary handler runs in here
        } finally {
          handled.stoppedNanos = System.nanoTime();
        }
      }
    };
  }

  @Override
  public void list(ListRequest request, StreamObserver<Node> caller) {
    long run = request.getRequestId().asReadOnlyByteBuffer().getLong(Long.BYTES);
    @Nullable Collection<Handled> those = runs.get(run);
    if (those != null) {
      those.forEach(handled -> caller.onNext(node(handled)));
    }
    caller.onCompleted();
  }

  private Node node(Handled handled) {
    long stopped = handled.stoppedNanos;
    return Node.newBuilder()
        .setService(service)
        .setPid(PID)
        .setDepth(handled.depth)
        .setState(stopped == 0 ? Node.State.LIVE : Node.State.STOPPED)
        .setStoppedMonotonicNs(stopped)
        .build();
  }
}
