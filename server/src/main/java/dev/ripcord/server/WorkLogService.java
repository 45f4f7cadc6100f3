package dev.ripcord.server;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.services.v1.ListWorkReply;
import dev.ripcord.services.v1.ListWorkRequest;
import dev.ripcord.services.v1.WorkLogGrpc;
import io.grpc.stub.StreamObserver;

/** Tells what a {@link WorkLog} knows. */
final class WorkLogService extends WorkLogGrpc.WorkLogImplBase {
  private final WorkLog log;

  WorkLogService(WorkLog log) {
    this.log = log;
  }

  @Override
  public void list(ListWorkRequest request, StreamObserver<ListWorkReply> caller) {
    Answer.with(caller, () -> ListWorkReply.newBuilder().addAllWork(log.of(id(request))).build());
  }

  private static RequestId id(ListWorkRequest request) {
    try {
      return RequestId.of(request.getRequestId().toByteArray());
    } catch (IllegalArgumentException e) {
      throw Fields.refused("request_id: " + e.getMessage());
    }
  }
}
