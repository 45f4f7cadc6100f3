package dev.ripcord.bench.cascade;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Map;

/**
 * How long a byte takes from one process to another and wakes a thread there: half of its way there
 * and back, on a socket of this machine, with nothing else to carry. No cancel can be faster.
 */
final class Loopback implements AutoCloseable {
  private static final int WARM_UPS = 5_000;

  private final Child other;
  private final Socket socket;

  private Loopback(Child other, Socket socket) {
    this.other = other;
    this.socket = socket;
  }

  /** Starts the other process. */
  static Loopback open() throws IOException {
    Child other =
        Child.java(
            "loopback",
            Map.of(),
            "-cp",
            System.getProperty("java.class.path"),
            LoopbackProcess.class.getName());
    try {
      int port = Integer.parseInt(other.awaitReady("port"));
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      Loopback loopback = new Loopback(other, socket);
      for (int i = 0; i < WARM_UPS; i++) {
        loopback.thereAndBackNanos();
      }
      return loopback;
    } catch (IOException e) {
      other.close();
      throw e;
    }
  }

  /** Of one byte. */
  double oneWayNanos() throws IOException {
    return thereAndBackNanos() / 2;
  }

  private double thereAndBackNanos() throws IOException {
    long begin = System.nanoTime();
    socket.getOutputStream().write(1);
    if (socket.getInputStream().read() < 0) {
      throw new IOException("the other end of the loopback is gone");
    }
    return System.nanoTime() - begin;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    other.close();
  }
}
