package dev.ripcord.server.db;

import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.RunningRoles;
import dev.ripcord.server.Values;
import dev.ripcord.services.db.v1.ActiveStatement;
import dev.ripcord.services.db.v1.ActivityReply;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The db role over a real PostgreSQL and a real socket; one for all tests of this JVM, stopped with
 * it.
 */
final class RunningDb {
  static final Ripcord CALLER =
      Ripcord.builder().service("caller").propagate(Values.TENANT, Values.BADGE).build();

  private static final int PORT = RunningRoles.start(new DbRole(), Map.of());
  private static final ManagedChannel CHANNEL =
      CALLER.install(NettyChannelBuilder.forAddress("127.0.0.1", PORT).usePlaintext()).build();
  private static final ManagedChannel PLAIN_CHANNEL =
      NettyChannelBuilder.forAddress("127.0.0.1", PORT).usePlaintext().build();

  private RunningDb() {}

  static ManagedChannel channel() {
    return CHANNEL;
  }

  static ManagedChannel plainChannel() {
    return PLAIN_CHANNEL;
  }

  static DbGrpc.DbBlockingStub stub() {
    return DbGrpc.newBlockingStub(CHANNEL);
  }

  static QueryRequest request(String name, String... parameters) {
    QueryRequest.Builder request = QueryRequest.newBuilder().setName(name);
    for (int i = 0; i < parameters.length; i += 2) {
      request.putParameters(parameters[i], parameters[i + 1]);
    }
    return request.build();
  }

  static Map<String, String> columns(Row row) {
    return row.getColumnsList().stream()
        .collect(Collectors.toMap(c -> c.getName(), c -> c.getValue()));
  }

  static ActivityReply activity() {
    return stub().activity(ActivityRequest.getDefaultInstance());
  }

  /** What the database server is busy with, of statements that contain {@code part}. */
  static List<ActiveStatement> active(String part) {
    return activity().getStatementsList().stream()
        .filter(s -> s.getQuery().contains(part))
        .toList();
  }
}
