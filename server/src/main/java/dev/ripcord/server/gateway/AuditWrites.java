package dev.ripcord.server.gateway;

import com.google.common.util.concurrent.ListenableFuture;
import dev.ripcord.CancelScope;
import dev.ripcord.Context;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryRequest;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes audit records through db that outlive their requests: each has the request's values, but a
 * deadline of its own and not the request's end. No thread waits for them; a bounded number can be
 * under way.
 */
final class AuditWrites implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditWrites.class);

  /** Each write is given up after this. */
  static final Duration LONGEST_WRITE = Duration.ofSeconds(10);

  private static final int MOST_AT_ONCE = 256;

  private final DbGrpc.DbFutureStub db;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  AuditWrites(DbGrpc.DbFutureStub db) {
    this.db = db;
  }

  /**
   * Begins to write {@code text} for {@code request}, and returns at once.
   *
   * @param sealed with a seal, which takes a second or two
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if too many are under way: better no
   *     work than work without a trace
   */
  void begin(Context request, String text, boolean sealed) {
    if (!places.tryAcquire()) {
      throw Status.RESOURCE_EXHAUSTED
          .withDescription(MOST_AT_ONCE + " audit records are being written already")
          .asRuntimeException();
    }
    start(request.withoutCancel().withTimeout(LONGEST_WRITE), record(text, sealed));
  }

  /** How many are being written. */
  int pending() {
    return MOST_AT_ONCE - places.availablePermits();
  }

  /** Waits until all are written or given up. */
  @Override
  public void close() {
    try {
      if (!places.tryAcquire(MOST_AT_ONCE, LONGEST_WRITE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("{} audit records were not written in {} s", pending(), LONGEST_WRITE.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warn("Interrupted before {} audit records were written", pending());
    }
  }

  private void start(CancelScope scope, QueryRequest record) {
    try {
      ListenableFuture<ExecuteReply> write = scope.context().call(() -> db.execute(record));
      write.addListener(() -> ended(scope, write), Runnable::run);
    } catch (Exception e) {
      LOG.warn("An audit record was not written: {}", e.toString());
      release(scope);
    }
  }

  private static QueryRequest record(String text, boolean sealed) {
    return QueryRequest.newBuilder()
        .setName(sealed ? "audit_write_sealed" : "audit_write")
        .putParameters("text", text)
        .build();
  }

  private void ended(CancelScope scope, ListenableFuture<ExecuteReply> write) {
    try {
      write.get();
    } catch (ExecutionException e) {
      LOG.warn("An audit record was not written: {}", Objects.toString(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release(scope);
    }
  }

  private void release(CancelScope scope) {
    scope.close();
    places.release();
  }
}
