package dev.ripcord.bench.finagle;

import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/** Runs an action when the request is discarded, on the thread that learns of it. */
final class Discarded extends AbstractPartialFunction<Throwable, BoxedUnit> {
  private final Runnable action;

  Discarded(Runnable action) {
    this.action = action;
  }

  @Override
  public boolean isDefinedAt(Throwable why) {
    return true;
  }

  @Override
  public BoxedUnit apply(Throwable why) {
    action.run();
    return BoxedUnit.UNIT;
  }
}
