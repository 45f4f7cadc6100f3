package dev.ripcord.grpc;

import dev.ripcord.proto.v1.Event;
import java.util.List;

/** Hears what happens to calls, on whatever thread it happens: must neither block nor throw. */
interface CallEvents {

  /**
   * Something has happened.
   *
   * @param what of the four things that can
   * @param call to which
   * @param nanos when, by {@link System#nanoTime}
   * @param stack where an overdue handler is; otherwise empty
   */
  void happened(Event.Type what, HandledCall call, long nanos, List<String> stack);

  /** This process takes no more calls, and handles none any more. */
  default void drained() {}
}
