package dev.ripcord.grpc;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.Reason;
import dev.ripcord.Registration;
import dev.ripcord.TimeSource;
import io.grpc.CallOptions;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries contexts over gRPC. One per process and service name; installed on every server and
 * channel of it.
 *
 * <pre>{@code
 * Ripcord ripcord = Ripcord.builder().service("gateway").propagate(TENANT).build();
 * Server server = ripcord.install(NettyServerBuilder.forPort(50050)).addService(orders).build();
 * ManagedChannel channel = ripcord.install(NettyChannelBuilder.forTarget("dns:///identity")).usePlaintext().build();
 * }</pre>
 *
 * <p>In a handler, {@link Context#current()} is the call's context: it has the caller's deadline
 * and values, and ends when the call does. A call made through an installed channel is made under
 * the current context, or the one given as {@link #CONTEXT}: it takes its deadline and values, and
 * ends when it does.
 *
 * <p>Under a context of ours, {@code io.grpc.Context}'s own deadline and cancellation do not reach
 * calls made through an installed channel: our tree alone decides, so that {@link
 * Context#withoutCancel()} really detaches.
 *
 * <p>When a call's context ends before the handler has answered, the call is closed for it, what
 * was queued for the handler is skipped, and what it still sends or throws is dropped. A handler
 * that runs on regardless is logged as overdue, and so is a branch of a {@link
 * dev.ripcord.TaskGroup} or a task that the call's context has wrapped. A handler has returned when
 * none of its callbacks runs; what it does on threads of its own that it has not wrapped nobody
 * knows, until it answers.
 *
 * <p>All methods may be called from any thread.
 */
public final class Ripcord {
  /**
   * The context a call is made under, instead of the current one: {@code
   * stub.withOption(Ripcord.CONTEXT, ctx)}.
   */
  public static final CallOptions.Key<@Nullable Context> CONTEXT =
      CallOptions.Key.create("ripcord-context");

  static final Key<RequestId> REQUEST_ID = Key.local("ripcord.request");

  private static final Duration KEEPALIVE_TIME = Duration.ofSeconds(10);
  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration KEEPALIVE_PERMITTED = Duration.ofSeconds(5);
  private static final Duration GOODBYE = Duration.ofSeconds(1);

  private final Self self;
  private final boolean adminService;
  private final boolean clientKeepalive;
  private final Authorizer authorizer;
  private final Account account = new Account();
  private final CancelScope root = Context.background().withCancel();
  private final Calls calls;
  private final ContextHeaders codec;
  private final CallTracer.Factory tracers;
  private final ContextServerInterceptor serverInterceptor;
  private final Supplier<ContextClientInterceptor> clientInterceptors;
  private final Reasons reasons;
  private final ControlService control;
  private final CalleeConnection.Filter fromCallers;
  private final CallerConnection.Filter toCallees;

  private Ripcord(Builder builder) {
    self = new Self(builder.serviceName(), builder.instanceName());
    adminService = builder.adminService;
    clientKeepalive = builder.clientKeepalive;
    authorizer = builder.authorizer;
    Counters counters = account.counters();
    codec = new ContextHeaders(builder.keys, builder.limits, counters);
    calls = new Calls(self, builder.overdueAfter, account, builder.rememberStopped, builder.time);
    tracers = new CallTracer.Factory(root.context(), codec, builder.limits, calls);
    serverInterceptor = new ContextServerInterceptor(counters);
    Resets resets = new Resets();
    clientInterceptors =
        () -> new ContextClientInterceptor(self, codec, builder.hopReserve, resets);
    reasons = new Reasons(self);
    control = new ControlService(reasons, builder.limits, counters);
    fromCallers = new CalleeConnection.Filter(calls.live(), resets, counters);
    toCallees =
        new CallerConnection.Filter(
            new CallerConnection.Shared(reasons, resets, counters, account.calleesStopTimes()));
  }

  /** A builder; {@link Builder#service(String)} is the one thing it must be told. */
  public static Builder builder() {
    return new Builder();
  }

  /** A context whose calls, when made from outside every tree, begin one with this name. */
  public static Context withRequestId(Context context, RequestId requestId) {
    Objects.requireNonNull(context, "context is null");
    return context.withValue(REQUEST_ID, Objects.requireNonNull(requestId, "requestId is null"));
  }

  /**
   * Gives every call of the server to be built a context, and adds the service {@code
   * ripcord.v1.Contexts}. Install first: of the settings made here, keepalive, a later call on the
   * builder overrides them.
   *
   * @return {@code builder}
   */
  public <B extends ServerBuilder<?>> B install(B builder) {
    Objects.requireNonNull(builder, "builder is null");
    builder.intercept(serverInterceptor).addStreamTracerFactory(tracers);
    builder.addService(control.definition());
    ifSupported(() -> builder.addTransportFilter(fromCallers));
    ifSupported(() -> builder.callExecutor(control));
    if (adminService) {
      builder.addService(
          ServerInterceptors.intercept(
              new ContextsService(self, calls, codec), new AuthorizingInterceptor(authorizer)));
    }
    ifSupported(() -> builder.keepAliveTime(KEEPALIVE_TIME.toMillis(), TimeUnit.MILLISECONDS));
    ifSupported(
        () -> builder.keepAliveTimeout(KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
    ifSupported(
        () -> builder.permitKeepAliveTime(KEEPALIVE_PERMITTED.toMillis(), TimeUnit.MILLISECONDS));
    ifSupported(() -> builder.permitKeepAliveWithoutCalls(true));
    return builder;
  }

  /**
   * Makes every call of the channel to be built under the caller's context.
   *
   * @return {@code builder}
   */
  public <B extends ManagedChannelBuilder<?>> B install(B builder) {
    Objects.requireNonNull(builder, "builder is null");
    builder.intercept(clientInterceptors.get());
    ifSupported(() -> builder.addTransportFilter(toCallees));
    if (clientKeepalive) {
      ifSupported(() -> builder.keepAliveTime(KEEPALIVE_TIME.toMillis(), TimeUnit.MILLISECONDS));
      ifSupported(
          () -> builder.keepAliveTimeout(KEEPALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
    }
    return builder;
  }

  /** Not every transport has connections that could be lost. */
  private static void ifSupported(Runnable setting) {
    try {
      setting.run();
    } catch (UnsupportedOperationException e) {
      // In-process, for instance.
    }
  }

  /** The name of this service. */
  public String service() {
    return self.service();
  }

  /** Which instance of it this process is. */
  public String instance() {
    return self.instance();
  }

  /** What all calls' contexts grow from. {@link #shutdown} ends it with {@link Reason#SHUTDOWN}. */
  public Context root() {
    return root.context();
  }

  /**
   * Turns reasons on or off while everything runs; they are on to begin with. Off, nothing is told
   * to callees, which then learn of a cancel what a plain gRPC peer does, and nothing callers tell
   * is taken.
   */
  public void reasons(boolean on) {
    reasons.turn(on);
  }

  /** How long handlers here took to return after their contexts had ended. */
  public StopTimes stopTimes() {
    return account.stopTimes();
  }

  /**
   * How long it took callees' handlers to return after calls to them were ended here, as far as the
   * callees report it.
   */
  public StopTimes calleesStopTimes() {
    return account.calleesStopTimes();
  }

  /** What was dropped or skipped so far. */
  public Counters counters() {
    return account.counters();
  }

  /**
   * Tells {@code listener} from now on how calls stop, until what is returned is stopped; {@code
   * stopOrJoin} waits for what it is being told. More than one may listen.
   */
  public Registration listen(CallListener listener) {
    return account.listen(Objects.requireNonNull(listener, "listener is null"));
  }

  /**
   * How much runs now although its context has ended and the grace is over: handlers, and tasks and
   * statements below them.
   */
  public int overdue() {
    return calls.overdueWatch().count();
  }

  /**
   * How many calls are being handled now, those included whose context has ended and whose handler
   * has not returned.
   */
  public int liveCalls() {
    return calls.liveCount();
  }

  /**
   * Ends what this process does for a request, and for a minute what arrives of it: as {@code
   * ripcord.v1.Contexts/Cancel} does, for those who have decided here. What grew from it elsewhere
   * ends as with any cancel.
   *
   * <p>That is the whole request: also calls handled here that were made under {@link
   * Context#withoutCancel()}, since they have its name. Whoever wants these to go on ends the
   * topmost call's context instead, by its own id.
   *
   * @return how many calls were found here
   */
  public int cancel(RequestId requestId, Reason why) {
    return cancel(requestId, why, self.service());
  }

  /**
   * The same for somebody who wants it so, and is named in the cancellation's origin.
   *
   * @param principal who that is, as far as anybody knows
   */
  public int cancel(RequestId requestId, Reason why, String principal) {
    Objects.requireNonNull(requestId, "requestId is null");
    Objects.requireNonNull(why, "why is null");
    Objects.requireNonNull(principal, "principal is null");
    Cancellation.Origin here =
        new Cancellation.Origin(self.service(), self.instance(), "", principal);
    return calls.cancel(requestId, Cancellation.canceled(why, null).withOrigin(here)).size();
  }

  /**
   * Ends {@code server} with grace: takes no new calls, waits for those that run, for {@code
   * grace}; then ends {@link #root()}, and so what is left of all servers this is installed on,
   * with {@link Reason#SHUTDOWN}, which callers see as UNAVAILABLE; then cuts the connections. If
   * this thread is interrupted, the grace is over; its interrupt is kept.
   *
   * @return whether every handler has returned
   */
  public boolean shutdown(Server server, Duration grace) {
    Objects.requireNonNull(server, "server is null");
    Objects.requireNonNull(grace, "grace is null");
    server.shutdown();
    calls.drain();
    boolean interrupted = !awaitTermination(server, grace);
    root.cancel(Reason.SHUTDOWN.withMessage(self + " shuts down"));
    interrupted |= !awaitTermination(server, GOODBYE);
    server.shutdownNow();
    interrupted |= !awaitTermination(server, GOODBYE);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return calls.awaitNone(GOODBYE);
  }

  /** False if this thread was interrupted. */
  private static boolean awaitTermination(Server server, Duration atMost) {
    try {
      server.awaitTermination(TimeUnit.NANOSECONDS.convert(atMost), TimeUnit.NANOSECONDS);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "Ripcord[" + self + "]";
  }

  /** Makes a {@link Ripcord}. Not for several threads at once. */
  public static final class Builder {
    private static final int INSTANCE_DIGITS = 8;

    private @Nullable String service;
    private @Nullable String instance;
    private final List<Key<?>> keys = new ArrayList<>();
    private Limits limits = Limits.defaults();
    private Duration hopReserve = Duration.ZERO;
    private Duration overdueAfter = Duration.ofSeconds(1);
    private int rememberStopped = 1024;
    private boolean adminService = true;
    private boolean clientKeepalive;
    private Authorizer authorizer = Authorizer.loopbackOnly();
    private TimeSource time = TimeSource.system();

    private Builder() {}

    /**
     * The name of the service in paths, trees and logs: 1 to 64 printable ASCII characters.
     * Required.
     */
    public Builder service(String name) {
      service = checkName("service", name);
      return this;
    }

    /** Which instance of the service this process is: as {@link #service}. Made up unless told. */
    public Builder instance(String name) {
      instance = checkName("instance", name);
      return this;
    }

    /**
     * Keys whose values this process reads from calls and sends with them. Others' values pass
     * through untouched inside the trust boundary.
     *
     * @throws IllegalArgumentException if a key is local
     */
    public Builder propagate(Key<?>... more) {
      Objects.requireNonNull(more, "keys are null");
      Arrays.asList(more).forEach(ValueHeader::of);
      keys.addAll(Arrays.asList(more));
      return this;
    }

    /** What is accepted from callers; {@link Limits#defaults()} unless told. */
    public Builder limits(Limits newLimits) {
      limits = Objects.requireNonNull(newLimits, "limits is null");
      return this;
    }

    /**
     * What is kept back from the context's deadline for calls made under it, so that there is time
     * to answer when they strike. Nothing unless told.
     */
    public Builder hopReserve(Duration reserve) {
      hopReserve = checkNotNegative("hopReserve", reserve);
      return this;
    }

    /**
     * How long after its context's end a handler, or a task or statement below it, may run before
     * it is overdue: logged, counted, shown with its thread's stack; one second unless told.
     */
    public Builder overdueAfter(Duration grace) {
      overdueAfter = checkNotNegative("overdueAfter", grace);
      return this;
    }

    /**
     * How many stopped calls {@code ripcord.v1.Contexts} can still show; 1024 unless told, 0 for
     * none.
     */
    public Builder rememberStopped(int calls) {
      if (calls < 0) {
        throw new IllegalArgumentException(
            "rememberStopped is " + calls + ", must not be negative");
      }
      rememberStopped = calls;
      return this;
    }

    /** Whether servers get the service {@code ripcord.v1.Contexts}; they do unless told. */
    public Builder adminService(boolean added) {
      adminService = added;
      return this;
    }

    /**
     * Whether channels ping a callee that is silent for 10 seconds, and give it up after another 5.
     * For processes all of whose callees have this library installed; off unless told, because a
     * server without it takes such pings for an attack and closes the connection, calls and all.
     * Callees notice a vanished caller in any case.
     */
    public Builder clientKeepalive(boolean on) {
      clientKeepalive = on;
      return this;
    }

    /** Who may call {@code ripcord.v1.Contexts}; {@link Authorizer#loopbackOnly()} unless told. */
    public Builder authorizer(Authorizer newAuthorizer) {
      authorizer = Objects.requireNonNull(newAuthorizer, "authorizer is null");
      return this;
    }

    /** When a request that was ended by its id is forgotten; for tests. */
    Builder time(TimeSource source) {
      time = source;
      return this;
    }

    /**
     * The ripcord.
     *
     * @throws IllegalStateException without a service's name
     * @throws IllegalArgumentException if two keys have the same name
     */
    public Ripcord build() {
      return new Ripcord(this);
    }

    private String serviceName() {
      if (service == null) {
        throw new IllegalStateException("service is not set");
      }
      return service;
    }

    private String instanceName() {
      return instance == null
          ? RequestId.random().toString().substring(0, INSTANCE_DIGITS)
          : instance;
    }

    private static String checkName(String what, String name) {
      Objects.requireNonNull(name, what + " is null");
      if (!Text.isName(name)) {
        throw new IllegalArgumentException(
            what + " \"" + name + "\" must be 1 to 64 printable ASCII characters without spaces");
      }
      return name;
    }

    private static Duration checkNotNegative(String what, Duration duration) {
      Objects.requireNonNull(duration, what + " is null");
      if (duration.isNegative()) {
        throw new IllegalArgumentException(what + " is " + duration + ", must not be negative");
      }
      return duration;
    }
  }
}
