package dev.ripcord.grpc.operator;

import com.google.protobuf.ByteString;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ContextsGrpc.ContextsStub;
import dev.ripcord.proto.v1.CountersReply;
import dev.ripcord.proto.v1.CountersRequest;
import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.WatchRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes an operator looks at, asked all at once through {@code ripcord.v1.Contexts}. One
 * that cannot be reached, or does not permit it, holds none of the others up: its answer says so.
 *
 * <pre>{@code
 * try (Instances instances = Instances.open(List.of("127.0.0.1:50050", "dns:///db.example:50052"))) {
 *   for (Instances.Answer<List<Node>> answer : instances.list(everything, Duration.ofSeconds(5))) {
 *     System.out.println(answer.instance() + ": " + answer.value());
 *   }
 * }
 * }</pre>
 *
 * <p>Over connections of its own without Ripcord: looking does not become part of what is looked
 * at. Any thread may call any method.
 */
public final class Instances implements AutoCloseable {
  private static final Duration RESOLVING = Duration.ofSeconds(5);
  // For a cancel to reach all of a tree; and for one more look at it.
  private static final Duration CASCADE = Duration.ofMillis(60);
  private static final Duration PATIENT_CASCADE = Duration.ofSeconds(1);
  private static final Duration LAST_LOOK = Duration.ofSeconds(2);

  /**
   * What one process answered.
   *
   * @param instance its address, or the target that could not be resolved
   * @param value what it said; null if it did not answer
   * @param failure why it did not; null if it did
   */
  public record Answer<T>(String instance, @Nullable T value, @Nullable Status failure) {
    /** The value of an answer that has one. */
    public T get() {
      return Objects.requireNonNull(value, "no answer");
    }

    /** Whether there is a value. */
    public boolean isAnswered() {
      return failure == null;
    }
  }

  private final Map<String, ManagedChannel> channels = new LinkedHashMap<>();
  private final Map<String, Status> unresolved = new LinkedHashMap<>();

  private Instances() {}

  /**
   * The processes behind {@code targets}: each is {@code host:port}, or the URI of a gRPC name
   * resolver, of which every address is taken. Does not wait for any of them, but for names to be
   * resolved.
   *
   * @throws IllegalArgumentException if a target is malformed
   */
  public static Instances open(List<String> targets) throws InterruptedException {
    Objects.requireNonNull(targets, "targets are null");
    Instances instances = new Instances();
    for (String target : new LinkedHashSet<>(targets)) {
      try {
        Targets.resolve(target, RESOLVING).forEach(instances::add);
      } catch (StatusException e) {
        instances.unresolved.put(target, e.getStatus());
      }
    }
    return instances;
  }

  private void add(InetSocketAddress address) {
    channels.computeIfAbsent(
        address.getHostString() + ":" + address.getPort(),
        name ->
            ManagedChannelBuilder.forAddress(address.getHostString(), address.getPort())
                .usePlaintext()
                .build());
  }

  /** Their addresses, in the order of the targets. */
  public Set<String> addresses() {
    return Collections.unmodifiableSet(channels.keySet());
  }

  /** The targets that have no address, and why. */
  public Map<String, Status> unresolved() {
    return Collections.unmodifiableMap(unresolved);
  }

  /** The nodes each process has; a process that is asked twice answers twice. */
  public List<Answer<List<Node>>> list(ListRequest request, Duration atMost)
      throws InterruptedException {
    return ask(
        channels.keySet(), atMost, (stub, answer) -> stub.list(request, new ListedNodes(answer)));
  }

  /** The nodes that one of {@link #addresses()} has. */
  public CompletableFuture<List<Node>> list(String instance, ListRequest request, Duration atMost) {
    CompletableFuture<List<Node>> answer = new CompletableFuture<>();
    stub(instance, atMost).list(request, new ListedNodes(answer));
    return answer;
  }

  /** Who each process is, and what it has counted. */
  public List<Answer<CountersReply>> counters(Duration atMost) throws InterruptedException {
    CountersRequest request = CountersRequest.getDefaultInstance();
    return ask(channels.keySet(), atMost, (stub, answer) -> stub.counters(request, only(answer)));
  }

  /**
   * Ends what is named, in every process. A request is ended first where it is nearest to the edge:
   * from there every process hears the same reason, from the same place, by the way its calls took.
   * Then everywhere, so that what is not reached that way, or has not arrived, ends too. Who does
   * not answer costs each of these steps its share of the time, and none of the others.
   *
   * @return for each process the nodes it had of the target, as they are now
   */
  public List<Answer<CancelReply>> cancel(CancelRequest request, Duration atMost)
      throws InterruptedException {
    if (request.getDryRun() || !request.hasRequestId()) {
      return cancelEverywhere(request, channels.keySet(), atMost);
    }
    long end = System.nanoTime() + atMost.toNanos();
    ListRequest whole = ListRequest.newBuilder().setRequestId(request.getRequestId()).build();
    // Half of the time: this is where it connects, and from where the top is known.
    CancelFromTheTop cancel = new CancelFromTheTop(list(whole, atMost.dividedBy(2)));
    if (!cancel.tops().isEmpty()) {
      Duration share = until(end).dividedBy(3);
      CancelRequest first = request.toBuilder().setWaitStopped(false).build();
      cancel.add(cancelEverywhere(first, cancel.tops(), share));
      // Who waits anyway has more time, so that nothing overtakes the cascade.
      Duration cascade = request.getWaitStopped() ? PATIENT_CASCADE : CASCADE;
      awaitCascade(whole, shorter(cascade, share));
    }
    List<Answer<CancelReply>> replies = cancelEverywhere(request, channels.keySet(), until(end));
    cancel.add(replies);
    if (cancel.isEmpty()) {
      return replies;
    }
    ListRequest after = whole.toBuilder().setIncludeStopped(true).build();
    return cancel.result(replies, list(after, shorter(LAST_LOOK, atMost)));
  }

  /** Until the cascade has come to all that runs of it; what is detached it does not come to. */
  private void awaitCascade(ListRequest whole, Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    boolean live = true;
    while (live && end - System.nanoTime() > 0) {
      live =
          list(whole, until(end)).stream()
              .filter(Answer::isAnswered)
              .flatMap(answer -> answer.get().stream())
              .anyMatch(node -> node.getState() == Node.State.LIVE);
    }
  }

  private static Duration until(long nanos) {
    return Duration.ofNanos(nanos - System.nanoTime());
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private List<Answer<CancelReply>> cancelEverywhere(
      CancelRequest request, Set<String> where, Duration atMost) throws InterruptedException {
    return ask(where, atMost, (stub, answer) -> stub.cancel(request, only(answer)));
  }

  /** Who watches. Called from several threads, for one process by one at a time. */
  public interface Watcher {
    /** Something has happened at {@code instance}. */
    void happened(String instance, Event event);

    /** {@code instance} tells no more. */
    void ended(String instance, Status why);
  }

  /** Watches every process, until this is closed. */
  public void watch(WatchRequest request, Watcher watcher) {
    unresolved.forEach(watcher::ended);
    channels.keySet().forEach(instance -> watch(instance, request, watcher));
  }

  /**
   * Watches one of {@link #addresses()}, for instance again: connects at once, however often that
   * has failed.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public void watch(String instance, WatchRequest request, Watcher watcher) {
    ManagedChannel channel = channel(instance);
    channel.resetConnectBackoff();
    ContextsGrpc.newStub(channel)
        .watch(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(Event event) {
                watcher.happened(instance, event);
              }

              @Override
              public void onError(Throwable failure) {
                watcher.ended(instance, Status.fromThrowable(failure));
              }

              @Override
              public void onCompleted() {
                watcher.ended(instance, Status.OK);
              }
            });
  }

  private ManagedChannel channel(String instance) {
    ManagedChannel channel = channels.get(instance);
    if (channel == null) {
      throw new IllegalArgumentException("\"" + instance + "\" is none of " + channels.keySet());
    }
    return channel;
  }

  private ContextsStub stub(String instance, Duration atMost) {
    return ContextsGrpc.newStub(channel(instance))
        .withDeadlineAfter(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  private <T> List<Answer<T>> ask(
      Set<String> where, Duration atMost, BiConsumer<ContextsStub, CompletableFuture<T>> call)
      throws InterruptedException {
    Map<String, CompletableFuture<T>> running = new LinkedHashMap<>();
    for (String instance : where) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      running.put(instance, answer);
      call.accept(stub(instance, atMost), answer);
    }
    List<Answer<T>> answers = new ArrayList<>();
    unresolved.forEach((target, why) -> answers.add(new Answer<>(target, null, why)));
    for (Map.Entry<String, CompletableFuture<T>> each : running.entrySet()) {
      answers.add(await(each.getKey(), each.getValue()));
    }
    return answers;
  }

  /** Ends by the call's deadline. */
  private static <T> Answer<T> await(String instance, CompletableFuture<T> answer)
      throws InterruptedException {
    try {
      return new Answer<>(instance, answer.get(), null);
    } catch (ExecutionException e) {
      return new Answer<>(instance, null, Status.fromThrowable(e.getCause()));
    }
  }

  /** Takes the one message of an answer. */
  private static <M> StreamObserver<M> only(CompletableFuture<M> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(M message) {
        answer.complete(message);
      }

      @Override
      public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        // The message has been there.
      }
    };
  }

  /** The bytes of a request's name, as the messages of {@code Contexts} want them. */
  public static ByteString bytes(dev.ripcord.grpc.RequestId id) {
    return ByteString.copyFrom(id.toBytes());
  }

  /** Ends what is still being asked and watched. */
  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }
}
