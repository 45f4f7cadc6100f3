package dev.ripcord.server.gateway;

import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.CannotStart;
import dev.ripcord.server.HttpPort;
import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import dev.ripcord.server.page.Page;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.token.v1.TokenGrpc;
import io.grpc.BindableService;
import io.grpc.Channel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes what people ask and asks the other services. */
public final class GatewayRole implements Role {
  private @Nullable AuditWrites audits; // set by open
  private @Nullable Page page; // set by serving

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

  /** Opens the page, where there is HTTP. */
  @Override
  public void serving(Platform platform) throws CannotStart {
    HttpPort http = platform.http();
    if (http == null) {
      return;
    }
    Ripcord ripcord = platform.ripcord();
    Set<String> targets = new LinkedHashSet<>(platform.addresses().values());
    targets.addAll(platform.settings().watched());
    String own = Objects.requireNonNull(platform.addresses().get(name()), "not serving");
    try {
      page =
          Page.open(
              http,
              new Page.Plan(
                  ripcord.service(),
                  ripcord.instance(),
                  List.copyOf(targets),
                  platform.settings().httpToken(),
                  new Page.Gateway(own, ripcord::cancel)));
    } catch (IllegalArgumentException e) {
      throw new CannotStart("The page cannot be shown: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStart("Interrupted before the page was shown", e);
    }
  }

  /** Closes the page, and waits for the audit records that are being written. */
  @Override
  public void close() {
    if (page != null) {
      page.close();
    }
    if (audits != null) {
      audits.close();
    }
  }
}
