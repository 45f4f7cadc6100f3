package dev.ripcord.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A cable between a caller and a callee that can be cut, or go silent. */
final class CutCable implements AutoCloseable {
  private final ServerSocket socket;
  private final int target;
  private final List<Socket> ends = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  CutCable(int target) throws IOException {
    this.target = target;
    this.socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Both sides see the connection closed. */
  void cut() throws IOException {
    for (Socket end : ends) {
      if (!end.isClosed()) {
        end.setSoLinger(true, 0);
        end.close();
      }
    }
    ends.clear();
  }

  /** Nobody sees anything any more. */
  void goSilent() {
    silent = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket near = socket.accept();
        Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
        ends.add(near);
        ends.add(far);
        daemon(() -> pump(near, far));
        daemon(() -> pump(far, near));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (!silent) {
          out.write(buffer, 0, n);
          out.flush();
        }
      }
    } catch (IOException cut) {
      // The end.
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "cable");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    cut();
  }
}
