package dev.ripcord.server.gateway;

import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.token.v1.TokenGrpc;
import io.grpc.BindableService;
import io.grpc.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what people ask and asks the other services. */
public final class GatewayRole implements Role {
  private @Nullable AuditWrites audits; // set by open

  @Override
  public String name() {
    return "gateway";
  }

  @Override
  public List<String> peers() {
    return List.of("identity", "db", "token");
  }

  @Override
  public List<BindableService> open(Platform platform) {
    Channel db = platform.channel("db");
    IdentityGrpc.IdentityBlockingStub identity =
        IdentityGrpc.newBlockingStub(platform.channel("identity"));
    TokenGrpc.TokenBlockingStub token = TokenGrpc.newBlockingStub(platform.channel("token"));
    AuditWrites writes = new AuditWrites(DbGrpc.newFutureStub(db));
    audits = writes;
    DbGrpc.DbBlockingStub queries = DbGrpc.newBlockingStub(db);
    Overview overview = new Overview(identity, queries, token, platform.handlers());
    LeakAnswer leaks = new LeakAnswer(identity, queries, token, platform.handlers());
    return List.of(
        new GatewayService(
            identity, token, DbGrpc.newStub(db), overview, leaks, writes, platform::visit));
  }

  /** Waits for the audit records that are being written. */
  @Override
  public void close() {
    if (audits != null) {
      audits.close();
    }
  }
}
