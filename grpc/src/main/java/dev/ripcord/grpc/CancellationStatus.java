package dev.ripcord.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.ripcord.Cancellation;
import dev.ripcord.ContextException;
import dev.ripcord.Reason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a cancellation looks like as the status of a call, and the way back.
 *
 * <pre>{@code
 * try {
 *   return stub.overview(request);
 * } catch (StatusRuntimeException e) {
 *   Cancellation why = CancellationStatus.of(e);
 *   if (why != null && why.reason().hasCodeOf(Reason.SHUTDOWN)) {
 *     return retryElsewhere();
 *   }
 *   throw e;
 * }
 * }</pre>
 */
public final class CancellationStatus {
  /** Of the {@code ErrorInfo} in a status. */
  public static final String DOMAIN = "ripcord.dev";

  private static final int DESCRIPTION_BYTES = 256;

  // StatusProto reads it too, but only for who knows the status that came with it.
  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private static final Map<String, Status> STATUS_BY_CODE =
      Map.of(
          Reason.AUTH_REVOKED.code(), Status.UNAUTHENTICATED,
          Reason.SHUTDOWN.code(), Status.UNAVAILABLE);

  private CancellationStatus() {}

  /**
   * The cancellation that {@code failure} of a call carries: of the caller's own context, or of the
   * callee's as it told. Null if the call failed for another reason, or the callee did not say.
   */
  public static @Nullable Cancellation of(Throwable failure) {
    Objects.requireNonNull(failure, "failure is null");
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ContextException ended) {
        return ended.cancellation();
      }
      Metadata trailers = trailersOf(t);
      Cancellation told = trailers == null ? null : of(trailers);
      if (told != null) {
        return told;
      }
    }
    return null;
  }

  private static @Nullable Metadata trailersOf(Throwable t) {
    if (t instanceof StatusRuntimeException e) {
      return e.getTrailers();
    }
    return t instanceof StatusException e ? e.getTrailers() : null;
  }

  /**
   * The cancellation in the trailers of a call, for listeners that see these; null if there is none
   * that can be read.
   */
  public static @Nullable Cancellation of(Metadata trailers) {
    Objects.requireNonNull(trailers, "trailers is null");
    try {
      com.google.rpc.Status details = trailers.get(DETAILS);
      for (Any detail : details == null ? java.util.List.<Any>of() : details.getDetailsList()) {
        if (detail.is(dev.ripcord.proto.v1.Cancellation.class)) {
          return WireCancellation.fromProto(detail.unpack(dev.ripcord.proto.v1.Cancellation.class));
        }
      }
      return null;
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return null;
    }
  }

  /** For the caller whose own context ended. */
  static Status ofCaller(Cancellation why) {
    Status status =
        why.kind() == Cancellation.Kind.CANCELED ? Status.CANCELLED : Status.DEADLINE_EXCEEDED;
    return status.withDescription(why.toString()).withCause(why.toCause());
  }

  /** A callee's answer with the cancellation it tells of as cause, if it tells of one. */
  static Status withCause(Status status, Metadata trailers) {
    if (status.isOk() || status.getCause() != null || !trailers.containsKey(DETAILS)) {
      return status;
    }
    Cancellation told = of(trailers);
    return told == null ? status : status.withCause(told.toCause());
  }

  /** For the callee's answer; what goes with it is in {@link #trailers}. */
  static Status ofCallee(Cancellation why) {
    Status status =
        why.kind() == Cancellation.Kind.DEADLINE_EXCEEDED
            ? Status.DEADLINE_EXCEEDED
            : STATUS_BY_CODE.getOrDefault(why.reason().code(), Status.CANCELLED);
    return Objects.requireNonNull(status)
        .withDescription(Text.bounded(why.toString(), DESCRIPTION_BYTES));
  }

  /**
   * The details of the callee's answer: for any language an ErrorInfo, for ours the whole
   * cancellation.
   */
  static Metadata trailers(Status status, Cancellation why) {
    com.google.rpc.Status details =
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(Objects.requireNonNullElse(status.getDescription(), ""))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(why.reason().code())
                        .build()))
            .addDetails(Any.pack(WireCancellation.toProto(why)))
            .build();
    Metadata trailers = StatusProto.toStatusException(details).getTrailers();
    return Objects.requireNonNullElseGet(trailers, Metadata::new);
  }
}
