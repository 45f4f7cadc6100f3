package dev.ripcord.grpc;

import dev.ripcord.CancelScope;
import dev.ripcord.Cancellation;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.proto.v1.Cancel;
import dev.ripcord.proto.v1.FromCaller;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.util.Objects;

/**
 * Goes once, when a process begins, through what the first cancel would be the first to use. To
 * load classes and link lambdas takes tens of milliseconds in each process of a chain, and the
 * first cancel is for its user as good as any.
 */
final class Rehearsal implements Runnable {
  private final Reasons reasons;

  Rehearsal(Reasons reasons) {
    this.reasons = reasons;
  }

  @Override
  public void run() {
    try (CancelScope scope = Context.background().withCancel()) {
      scope.context().onDone(Runnable::run, this::end);
      scope.cancel(Reason.CLIENT_CANCELED.withMessage("a rehearsal"));
    }
  }

  private void end(Cancellation why) {
    byte[] told = WireCancellation.toBytes(reasons.leaving(why, ""));
    MessageBytes message = new MessageBytes(told.length);
    int cancel = message.begin(FromCaller.CANCEL_FIELD_NUMBER);
    message.bytes(Cancel.CANCELLATION_FIELD_NUMBER, told);
    message.end(cancel);
    ControlMessage sent =
        ControlMessage.MARSHALLER.parse(new ByteArrayInputStream(message.toBytes()));
    Cancellation heard =
        WireCancellation.fromProto(
            Objects.requireNonNull(sent.said()).getCancel().getCancellation());
    Cancellation come = reasons.coming(Objects.requireNonNull(heard));
    Status status = CancellationStatus.ofCallee(come);
    Metadata trailers = CancellationStatus.trailers(status, come);
    Status caused = CancellationStatus.withCause(status, trailers);
    CancellationStatus.of(caused.asRuntimeException(trailers));
    CancellationStatus.ofCaller(come);
  }
}
