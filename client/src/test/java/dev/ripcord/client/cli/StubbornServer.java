package dev.ripcord.client.cli;

import dev.ripcord.Context;
import dev.ripcord.TaskGroup;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A process whose handlers ignore their contexts; ends with its standard input. Its argument says
 * on which threads they run: platform or virtual.
 */
final class StubbornServer extends DbGrpc.DbImplBase {
  private StubbornServer() {}

  public static void main(String[] arguments) throws Exception {
    Executor handlers =
        arguments[0].equals("virtual")
            ? (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null)
            : Executors.newCachedThreadPool();
    Ripcord ripcord = Ripcord.builder().service("stubborn").instance("s1").build();
    Server server =
        ripcord
            .install(
                NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
            .executor(handlers)
            .addService(new StubbornServer())
            .build()
            .start();
    System.out.println("READY port=" + server.getPort());
    while (System.in.read() >= 0) {
      // Nobody is expected to say anything.
    }
    System.exit(0);
  }

  /** Its handler does. */
  @Override
  public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
    computeWhateverHappens();
  }

  /** A branch of it does; the handler waits for that, as it should. */
  @Override
  public void execute(QueryRequest request, StreamObserver<ExecuteReply> caller) {
    try (TaskGroup group = TaskGroup.open(Context.current())) {
      group.fork("nightly", StubbornServer::computeWhateverHappens);
      group.join();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Void computeWhateverHappens() {
    while (true) {
      LockSupport.parkNanos(1_000_000_000);
    }
  }
}
