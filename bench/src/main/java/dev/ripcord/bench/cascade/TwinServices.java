package dev.ripcord.bench.cascade;

import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.DbGrpc.DbBlockingStub;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.identity.v1.GetProfileReply;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.identity.v1.IdentityGrpc.IdentityBlockingStub;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.TokenGrpc.TokenBlockingStub;
import dev.ripcord.services.token.v1.VerifyReply;
import dev.ripcord.services.token.v1.VerifyRequest;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import javax.sql.DataSource;

/** The twin's four services, with {@code io.grpc.Context} and nothing else. */
final class TwinServices {
  private TwinServices() {}

  /** Asks the three others side by side and waits for all of them. */
  static final class Gateway extends GatewayGrpc.GatewayImplBase {
    private final IdentityBlockingStub identity;
    private final DbBlockingStub db;
    private final TokenBlockingStub token;
    private final ExecutorService branches;

    Gateway(
        IdentityBlockingStub identity,
        DbBlockingStub db,
        TokenBlockingStub token,
        ExecutorService branches) {
      this.identity = identity;
      this.db = db;
      this.token = token;
      this.branches = branches;
    }

    @Override
    public void overview(OverviewRequest request, StreamObserver<OverviewReply> caller) {
      answer(
          caller,
          () -> {
            Future<?> profile =
                branch(() -> identity.getProfile(GetProfileRequest.getDefaultInstance()));
            Future<?> report =
                branch(() -> db.query(QueryRequest.newBuilder().setName("heavy_report").build()));
            Future<?> claims = branch(() -> token.verify(VerifyRequest.getDefaultInstance()));
            for (Future<?> each : List.of(profile, report, claims)) {
              each.get();
            }
            return OverviewReply.getDefaultInstance();
          });
    }

    private Future<?> branch(Callable<?> work) {
      return branches.submit(Context.current().wrap(work));
    }
  }

  /** Asks db. */
  static final class Identity extends IdentityGrpc.IdentityImplBase {
    private final DbBlockingStub db;

    Identity(DbBlockingStub db) {
      this.db = db;
    }

    @Override
    public void getProfile(GetProfileRequest request, StreamObserver<GetProfileReply> caller) {
      answer(
          caller,
          () -> {
            db.query(QueryRequest.newBuilder().setName("user_activity").build());
            return GetProfileReply.getDefaultInstance();
          });
    }
  }

  /** Runs SQL, and cancels it when the context is canceled. */
  static final class Db extends DbGrpc.DbImplBase {
    private final DataSource pool;
    private final Executor cancels;

    Db(DataSource pool, Executor cancels) {
      this.pool = pool;
      this.cancels = cancels;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
      answer(
          caller,
          () -> {
            run(request.getName());
            return QueryReply.getDefaultInstance();
          });
    }

    private void run(String name) throws SQLException {
      TwinSql sql = TwinSql.valueOf(name);
      try (Connection connection = pool.getConnection();
          PreparedStatement statement = connection.prepareStatement(sql.text())) {
        statement.setString(1, sql.parameter());
        Context context = Context.current();
        // Not on the thread that cancels, which is the transport's: cancelling opens a connection.
        Context.CancellationListener listener = ended -> cancel(statement);
        context.addListener(listener, cancels);
        try {
          statement.execute();
        } finally {
          context.removeListener(listener);
        }
      }
    }

    private static void cancel(PreparedStatement statement) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Computes until it is canceled, or for many seconds. */
  static final class Token extends TokenGrpc.TokenImplBase {
    private static final int ROUNDS = 200_000;

    private final KeyPair keys;
    private final byte[] text = {1, 2, 3};
    private final byte[] signed;

    Token() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      keys = generator.generateKeyPair();
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(keys.getPrivate());
      signature.update(text);
      signed = signature.sign();
    }

    @Override
    public void verify(VerifyRequest request, StreamObserver<VerifyReply> caller) {
      answer(
          caller,
          () -> {
            Context context = Context.current();
            for (int i = 0; i < ROUNDS && !context.isCancelled(); i++) {
              verifyOnce();
            }
            return VerifyReply.getDefaultInstance();
          });
    }

    private void verifyOnce() throws GeneralSecurityException {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initVerify(keys.getPublic());
      signature.update(text);
      if (!signature.verify(signed)) {
        throw new GeneralSecurityException("a signature is wrong");
      }
    }
  }

  private static <R> void answer(StreamObserver<R> caller, Callable<R> work) {
    try {
      R reply = work.call();
      caller.onNext(reply);
      caller.onCompleted();
    } catch (Exception e) {
      caller.onError(status(e));
    }
  }

  private static StatusRuntimeException status(Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return Context.current().isCancelled()
        ? Status.CANCELLED.asRuntimeException()
        : Status.fromThrowable(cause).withDescription(cause.toString()).asRuntimeException();
  }
}
