package dev.ripcord.bench.cascade;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.token.v1.TokenGrpc;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/**
 * A process of the twin: {@code TwinServer ROLE [PEER=HOST:PORT]...}; db reads its database from
 * the same environment variables as the db role. Prints {@code READY port=N} and ends with its
 * standard input.
 */
final class TwinServer {
  /** How its connections name themselves. */
  static final String APPLICATION = "ripcord-twin";

  private static final int CONNECTIONS = 16; // as the db role has

  private final HandlerTimes times;
  private final Map<String, String> peers;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private TwinServer(String role, Map<String, String> peers) {
    this.times = new HandlerTimes(role);
    this.peers = peers;
  }

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    Map<String, String> peers = new HashMap<>();
    for (int i = 1; i < arguments.length; i++) {
      int equals = arguments[i].indexOf('=');
      peers.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
    }
    TwinServer twin = new TwinServer(arguments[0], peers);
    Server server = twin.serve(arguments[0]);
    System.out.println("READY port=" + server.getPort());
    while (System.in.read() >= 0) {
      // Nobody says anything.
    }
    System.exit(0);
  }

  private Server serve(String role) throws IOException, GeneralSecurityException {
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .executor(threads)
        .intercept(times)
        .addService(service(role))
        .addService(times)
        .build()
        .start();
  }

  private BindableService service(String role) throws GeneralSecurityException {
    return switch (role) {
      case "gateway" ->
          new TwinServices.Gateway(
              IdentityGrpc.newBlockingStub(channel("identity")),
              DbGrpc.newBlockingStub(channel("db")),
              TokenGrpc.newBlockingStub(channel("token")),
              threads);
      case "identity" -> new TwinServices.Identity(DbGrpc.newBlockingStub(channel("db")));
      case "db" -> new TwinServices.Db(pool(), threads);
      case "token" -> new TwinServices.Token();
      default -> throw new IllegalArgumentException("no role " + role);
    };
  }

  private ManagedChannel channel(String peer) {
    String address = Objects.requireNonNull(peers.get(peer), peer);
    return NettyChannelBuilder.forTarget(address).usePlaintext().intercept(times).build();
  }

  private static DataSource pool() {
    HikariConfig config = new HikariConfig();
    Database.configure(config);
    config.addDataSourceProperty("ApplicationName", APPLICATION);
    config.setMaximumPoolSize(CONNECTIONS);
    return new HikariDataSource(config);
  }
}
