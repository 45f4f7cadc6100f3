package dev.ripcord.grpc;

import dev.ripcord.Context;
import dev.ripcord.ObservedWork;
import dev.ripcord.WorkObserver;

/**
 * Passes what happens to work below a call's context on to whoever handles the call. Found by
 * {@link java.util.ServiceLoader}.
 */
public final class CallWork implements WorkObserver {

  /** For {@link java.util.ServiceLoader}. */
  public CallWork() {}

  @Override
  public boolean observes(Context context) {
    return CallIdentity.of(context) != null;
  }

  @Override
  public void lingers(ObservedWork work) {
    CallIdentity call = CallIdentity.of(work.context());
    if (call != null) {
      call.handledBy().overdueWatch().lingers(call, work);
    }
  }

  @Override
  public void returned(ObservedWork work) {
    CallIdentity call = CallIdentity.of(work.context());
    if (call != null) {
      call.handledBy().overdueWatch().returned(call, work);
    }
  }

  @Override
  public void skipped(ObservedWork.Kind kind, String name, Context context) {
    CallIdentity call = CallIdentity.of(context);
    var why = context.cancellation();
    if (call != null && why != null) {
      call.handledBy().account().skipped(new EndedWork(kind(kind), name, call, why));
    }
  }

  @Override
  public void interrupted(Context context) {
    CallIdentity call = CallIdentity.of(context);
    if (call != null) {
      call.handledBy().account().interrupted(call);
    }
  }

  static EndedWork.Kind kind(ObservedWork.Kind kind) {
    return switch (kind) {
      case TASK -> EndedWork.Kind.TASK;
      case STATEMENT -> EndedWork.Kind.STATEMENT;
    };
  }
}
