package dev.ripcord.grpc;

import dev.ripcord.Cancellation;
import dev.ripcord.grpc.Counters.Event;
import io.grpc.Attributes;
import io.grpc.ClientTransportFilter;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a callee, and the control stream beside its calls.
 *
 * <p>The control stream is opened when a call's headers are out, ends soon after the last call, and
 * gives way where streams are scarce. How scarce they are is learnt when a call first waits beside
 * it; from then on a control stream is only there while there is room for it.
 */
final class CallerConnection {
  static final Attributes.Key<CallerConnection> KEY = Attributes.Key.create("ripcord-callee");

  private static final long LINGER_MILLIS = 250;
  private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS) / 2;
  private static final long LATE_MILLIS = 100;
  private static final long LANDING_MILLIS = 1_000;
  private static final int TRIES_IN_A_ROW = 16;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(64);
  // The control stream's end takes a way there and back. The next call must not wait for it.
  private static final int SPARE = 1;
  private static final int UNKNOWN = Integer.MAX_VALUE;

  /** What all connections of this process share. */
  record Shared(Reasons reasons, Resets resets, Counters counters, StopTimes calleesStopTimes) {}

  /** Gives every connection of a channel one of these. */
  static final class Filter extends ClientTransportFilter {
    private final Shared shared;

    Filter(Shared shared) {
      this.shared = shared;
    }

    @Override
    public Attributes transportReady(Attributes transport) {
      return transport.toBuilder().set(KEY, new CallerConnection(shared)).build();
    }

    @Override
    public void transportTerminated(Attributes transport) {
      CallerConnection connection = transport.get(KEY);
      if (connection != null) {
        connection.gone = true;
      }
    }
  }

  private final Shared shared;
  private final ResetAllowance allowance = new ResetAllowance();
  private final AtomicInteger calls = new AtomicInteger(); // streams of calls, waiting ones too
  private final AtomicInteger written = new AtomicInteger(); // those whose headers are out
  private final AtomicReference<@Nullable CallerControl> control = new AtomicReference<>();
  private final AtomicBoolean opening =
      new AtomicBoolean(); // a control stream for us is on its way
  private final AtomicBoolean looking = new AtomicBoolean(); // a look whether it is idle will be

  private volatile int proven; // so many calls were out at once beside the control stream
  private volatile int room = UNKNOWN; // so many streams there are at once, once it is known
  // A call that may be waiting for the control stream's end.
  private final AtomicReference<CallStreams.@Nullable One> suspect = new AtomicReference<>();
  private volatile boolean plain; // the callee knows nothing of control streams
  private volatile boolean gone;
  private volatile @Nullable CalledChannel lastChannel; // where control streams for it are opened
  private volatile long awayUntil = System.nanoTime(); // no control stream before
  private volatile long pause = FIRST_PAUSE_NANOS; // how long the next away is
  private final AtomicInteger tries = new AtomicInteger(); // landed elsewhere, in a row
  private volatile long idleSince = System.nanoTime(); // when the last call went

  private CallerConnection(Shared shared) {
    this.shared = shared;
  }

  // What calls do on it.

  /** A call is about to be put on the connection. */
  void callComes() {
    int now = calls.incrementAndGet();
    CallerControl open = control.get();
    if (open != null && now + SPARE >= room) {
      giveWay(open);
    }
  }

  /** Its headers are out; on the transport's thread. */
  void callIsOut(CalledChannel channel) {
    int out = written.incrementAndGet();
    if (control.get() != null) {
      if (out > proven) {
        proven = out;
      }
      if (!shared.reasons().areOn()) {
        lookLater();
      }
    } else {
      cover(channel);
    }
  }

  void callGoes(boolean wasWritten) {
    if (wasWritten) {
      written.decrementAndGet();
    }
    if (calls.decrementAndGet() == 0 && control.get() != null) {
      idleSince = System.nanoTime();
      lookLater();
    }
  }

  /** Whatever the call's start had to do is done; if its headers do not go out now, it waits. */
  void isUnderWay(CallStreams.One one) {
    if (calls.get() <= proven || !one.isWaiting()) {
      return;
    }
    suspect.set(one);
    CallerControl open = control.get();
    if (open != null) {
      open.send();
    }
  }

  /**
   * A stream that the call's start has not made, since it had to wait for the connection. Nobody
   * tells when it is under way, but its first message does; this is for those without one.
   */
  void comesLate(CallStreams.One one) {
    if (calls.get() > proven) {
      shared.resets().later(() -> isUnderWay(one), LATE_MILLIS);
    }
  }

  /** A call that has come since the last was taken, and waits or is about to go out. */
  CallStreams.@Nullable One takeSuspect() {
    CallStreams.One one = suspect.getAndSet(null);
    return one == null || !one.isWaiting() ? null : one;
  }

  /**
   * A call waits although what came after it is out: for a stream, and the control stream has one.
   */
  void isScarce(CallerControl by) {
    room = Math.min(room, written.get() + 1);
    giveWay(by);
  }

  private void giveWay(CallerControl open) {
    if (control.compareAndSet(open, null)) {
      stayAway();
      shared.counters().count(Event.CONTROL_STREAMS_GAVE_WAY);
      open.finish();
    }
  }

  // What it does for calls.

  /** Tells the callee why the call ends. Null if it cannot be told; that is counted. */
  CallerControl.@Nullable Ended tell(long contextId, Cancellation why, @Nullable CallIdentity of) {
    CallerControl open = control.get();
    CallerControl.Ended told =
        open == null || !shared.reasons().areOn() ? null : open.tell(contextId, why, of);
    if (told == null) {
      shared.counters().count(Event.REASONS_UNDELIVERED);
    }
    return told;
  }

  boolean canTell() {
    return control.get() != null && shared.reasons().areOn();
  }

  boolean mayReset() {
    return allowance.takeOne();
  }

  // The control stream.

  /** Sees to it that there is a control stream, if there may be one. */
  private void cover(CalledChannel channel) {
    lastChannel = channel;
    if (plain
        || gone
        || !shared.reasons().areOn()
        || calls.get() + SPARE >= room
        || awayUntil - System.nanoTime() > 0
        || !opening.compareAndSet(false, true)) {
      return;
    }
    CallerControl made = new CallerControl(shared, this, channel);
    made.open();
    shared.resets().later(made::landOrLeave, LANDING_MILLIS);
  }

  /** A control stream is open on this connection. False if there is one already. */
  boolean adopt(CallerControl open) {
    if (!control.compareAndSet(null, open)) {
      return false;
    }
    proven = 0;
    tries.set(0);
    lookLater();
    return true;
  }

  /** The control stream that was opened for this connection is on one. */
  void landed(CallerControl open, @Nullable CallerConnection on, CalledChannel channel) {
    opening.set(false);
    if (on == this || control.get() != null) {
      return;
    }
    if (tries.incrementAndGet() < TRIES_IN_A_ROW && on != null) {
      cover(channel);
    } else {
      tries.set(0);
      stayAway();
    }
  }

  /** The control stream has ended; {@code well} if both sides meant it to. */
  void ended(CallerControl open, boolean isPlain, boolean well) {
    if (isPlain) {
      plain = true;
    } else if (!well) {
      stayAway();
    }
    control.compareAndSet(open, null);
  }

  /** It never came to be on any connection. */
  void neverLanded(boolean isPlain) {
    plain |= isPlain;
    stayAway();
    opening.set(false);
  }

  private void stayAway() {
    long length = pause;
    pause = Math.min(LONGEST_PAUSE_NANOS, 2 * length);
    awayUntil = System.nanoTime() + length;
    shared.resets().later(this::tryAgain, TimeUnit.NANOSECONDS.toMillis(length) + 1);
  }

  /** There are calls, perhaps long ones and no new one for long. */
  private void tryAgain() {
    CalledChannel channel = lastChannel;
    if (channel != null && calls.get() > 0 && control.get() == null) {
      cover(channel);
    }
  }

  private void lookLater() {
    if (looking.compareAndSet(false, true)) {
      shared.resets().later(this::look, LINGER_MILLIS);
    }
  }

  /** Ends the control stream when there were no calls for a while, or it is not wanted any more. */
  private void look() {
    looking.set(false);
    CallerControl open = control.get();
    if (open == null) {
      return;
    }
    boolean idle = calls.get() == 0;
    boolean longEnough = System.nanoTime() - idleSince >= LINGER_NANOS;
    if ((idle && longEnough) || !shared.reasons().areOn()) {
      if (control.compareAndSet(open, null)) {
        open.finish();
      }
    } else if (idle) {
      lookLater();
    }
  }
}
