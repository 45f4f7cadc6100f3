package dev.ripcord;

import org.jspecify.annotations.Nullable;

/** One task for later: a member of a list of its {@link TimerWheel}, which guards all of it. */
final class Timer extends Entry implements TimeSource.Alarm {
  private final TimerWheel wheel;
  final long tick; // the first at whose beginning its time has come
  int slot; // the list it is in
  @Nullable Runnable task; // null once it was taken or called off, so that nothing is kept alive

  Timer(TimerWheel wheel, long tick, Runnable task) {
    this.wheel = wheel;
    this.tick = tick;
    this.task = task;
  }

  @Override
  public void cancel() {
    wheel.callOff(this);
  }
}
