package dev.ripcord.grpc;

import dev.ripcord.proto.v1.Event;

/** Hears what happens to calls, on whatever thread it happens: must neither block nor throw. */
interface CallEvents {

  /**
   * Something has happened.
   *
   * @param what one of opened, ended, stopped, doing
   * @param call to which
   * @param nanos when, by {@link System#nanoTime}
   */
  void happened(Event.Type what, HandledCall call, long nanos);

  /** Something runs on after the grace; as it was seen then. */
  default void overdue(Late late, Overdue seen) {}

  /** This process takes no more calls, and handles none any more. */
  default void drained() {}
}
