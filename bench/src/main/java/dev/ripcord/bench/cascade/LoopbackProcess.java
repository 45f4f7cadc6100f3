package dev.ripcord.bench.cascade;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Sends back every byte of one connection. Ends with its standard input. */
final class LoopbackProcess {
  private LoopbackProcess() {}

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(() -> echo(server));
    thread.setDaemon(true);
    thread.start();
    Orders.carryOut("port=" + server.getLocalPort(), order -> order);
  }

  private static void echo(ServerSocket server) {
    try (server;
        Socket socket = server.accept()) {
      socket.setTcpNoDelay(true);
      for (int one = socket.getInputStream().read();
          one >= 0;
          one = socket.getInputStream().read()) {
        socket.getOutputStream().write(one);
      }
    } catch (IOException e) {
      System.err.println(e);
    }
  }
}
