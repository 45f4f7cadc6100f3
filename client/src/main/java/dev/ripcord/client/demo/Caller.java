package dev.ripcord.client.demo;

import dev.ripcord.CancelScope;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.v1.Load;
import java.io.IOException;
import java.util.concurrent.Future;

/**
 * A program that makes one heavy request and is going to be killed: address, request id and token
 * are its arguments.
 */
final class Caller {
  /** What it prints once the call is made. */
  static final String CALLING = "CALLING";

  private Caller() {}

  /** Ends with its standard input, should nobody kill it. */
  public static void main(String[] arguments) throws IOException {
    Ripcord ripcord =
        Ripcord.builder().service("caller").propagate(Stage.TENANT, Stage.BADGE).build();
    try (ServiceConnection connection = ServiceConnection.open(ripcord, arguments[0]);
        CancelScope scope =
            Ripcord.withRequestId(Stage.root(), RequestId.parse(arguments[1])).withCancel()) {
      OverviewRequest request =
          OverviewRequest.newBuilder()
              .setUser(Stage.USER)
              .setToken(arguments[2])
              .setLoad(Load.HEAVY)
              .build();
      Future<OverviewReply> reply =
          connection.gateway().in(scope.context()).future().overview(request);
      System.out.println(CALLING);
      while (System.in.read() >= 0) {
        // Nobody is expected to say anything.
      }
      reply.cancel(true);
    }
  }
}
