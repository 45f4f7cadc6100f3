package dev.ripcord.server.gateway;

import dev.ripcord.Context;
import dev.ripcord.server.Failures;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Passes rows from db to a caller no faster than the caller takes them: only a fixed number of rows
 * is ever asked for ahead.
 *
 * <p>To be started before the handler returns. No thread waits: a row that was passed on is a debt,
 * and db is asked for as many more as soon as the caller is ready.
 */
final class RowRelay implements ClientResponseObserver<QueryRequest, Row> {
  private final Context context;
  private final ServerCallStreamObserver<Row> caller;
  private final int ahead;
  private final AtomicInteger owed = new AtomicInteger();
  private @Nullable ClientCallStreamObserver<QueryRequest>
      db; // set once, in beforeStart, before any callback

  RowRelay(Context context, ServerCallStreamObserver<Row> caller, int ahead) {
    this.context = context;
    this.caller = caller;
    this.ahead = ahead;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<QueryRequest> call) {
    db = call;
    call.disableAutoRequestWithInitial(ahead);
    caller.setOnReadyHandler(this::askIfReady);
    // The call to db was made under the caller's context and ends with it. Without a handler, a
    // late row would throw.
    caller.setOnCancelHandler(() -> {});
  }

  @Override
  public void onNext(Row row) {
    caller.onNext(row);
    owed.incrementAndGet();
    askIfReady();
  }

  private void askIfReady() {
    // A debt made after the caller became ready is paid by the thread that made it, any other by
    // the caller's.
    if (caller.isReady() && db != null) {
      int rows = owed.getAndSet(0);
      if (rows > 0) {
        db.request(rows);
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    caller.onError(Failures.toStatus(context, failure));
  }

  @Override
  public void onCompleted() {
    caller.onCompleted();
  }
}
