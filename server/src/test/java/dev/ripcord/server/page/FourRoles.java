package dev.ripcord.server.page;

import dev.ripcord.server.MemoryDb;
import dev.ripcord.server.RunningRoles;
import dev.ripcord.server.TestServer;
import dev.ripcord.server.gateway.GatewayRole;
import dev.ripcord.server.identity.IdentityRole;
import dev.ripcord.server.token.TokenRole;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A gateway with a page, and the services it calls; db's tables are in memory. */
@SuppressWarnings("try") // closing may be interrupted, and a test then fails
final class FourRoles implements AutoCloseable {
  // "correct horse alice"
  private static final String HASH =
      "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA"
          + "$0I1wQ7uN4Bc2tupxKAE3m/baTN1kE5xVuXA9iwNosXY";

  private final TestServer db;
  private final int token;
  private final int identity;
  private final RunningRoles.WithHttp gateway;

  FourRoles() throws Exception {
    MemoryDb tables = new MemoryDb(InstantSource.system());
    tables.addUser("alice", "admin,user", HASH);
    db = tables.serve();
    token = RunningRoles.start(new TokenRole(), Map.of());
    identity = RunningRoles.start(new IdentityRole(), Map.of("db", db.port()));
    gateway =
        RunningRoles.startWithHttp(
            new GatewayRole(), Map.of("identity", identity, "db", db.port(), "token", token));
  }

  Browser browser() {
    return new Browser(httpPort());
  }

  int httpPort() {
    return gateway.httpPort();
  }

  /** Where they take calls, the gateway first. */
  List<String> addresses() {
    return List.of(gateway.port(), identity, db.port(), token).stream()
        .map(port -> "127.0.0.1:" + port)
        .toList();
  }

  @Override
  public void close() throws Exception {
    gateway.close();
    db.close();
  }
}
