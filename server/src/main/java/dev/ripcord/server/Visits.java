package dev.ripcord.server;

import com.google.protobuf.ByteString;
import dev.ripcord.Context;
import dev.ripcord.Deadline;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.v1.Visit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes down what a process sees of the call it handles. */
final class Visits {
  private static final long PID = ProcessHandle.current().pid();

  private Visits() {}

  static Visit here(Ripcord ripcord) {
    Context context = Context.current();
    Visit.Builder visit =
        Visit.newBuilder()
            .setService(ripcord.service())
            .setInstance(ripcord.instance())
            .setPid(PID)
            .setRemainingUs(remainingMicros(context.deadline()));
    CallIdentity call = CallIdentity.of(context);
    if (call != null) {
      visit.setMethod(call.method()).setDepth(call.depth());
    }
    String tenant = context.value(Values.TENANT);
    if (tenant != null) {
      visit.setTenant(tenant);
    }
    byte[] badge = context.value(Values.BADGE);
    if (badge != null) {
      visit.setBadge(ByteString.copyFrom(badge));
    }
    return visit.build();
  }

  /** Negative without a deadline, and only then: a deadline that has passed leaves nothing. */
  private static long remainingMicros(@Nullable Deadline deadline) {
    return deadline == null
        ? -1
        : Math.max(0, TimeUnit.NANOSECONDS.toMicros(deadline.remaining().toNanos()));
  }
}
