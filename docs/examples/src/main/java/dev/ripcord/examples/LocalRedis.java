package dev.ripcord.examples;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/** The system's Redis, for this process alone: on a free port, with nothing on disk. */
final class LocalRedis implements AutoCloseable {
  /**
   * Ends Redis when its standard input ends: when we close it, and just as well if we are killed.
   */
  private static final String UNTIL_INPUT_ENDS = "\"$@\" & read -r end; kill $!; wait";

  private static final Duration START = Duration.ofSeconds(20);
  private static final long AGAIN_MILLIS = 20;

  private final Process shell;
  private final HostAndPort address;
  private final String password; // so that nobody else's Redis is taken for ours

  private LocalRedis(Process shell, HostAndPort address, String password) {
    this.shell = shell;
    this.address = address;
    this.password = password;
  }

  static boolean isInstalled() {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(folder -> Path.of(folder, "redis-server").toFile().canExecute());
  }

  static LocalRedis start() throws IOException, InterruptedException {
    HostAndPort address = new HostAndPort("127.0.0.1", freePort());
    String password = UUID.randomUUID().toString();
    List<String> redis =
        List.of("redis-server", "--bind", address.getHost(), "--port", "" + address.getPort());
    List<String> keepingNothing = List.of("--save", "", "--appendonly", "no");
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", UNTIL_INPUT_ENDS, "sh");
    builder.command().addAll(redis);
    builder.command().addAll(keepingNothing);
    builder.command().addAll(List.of("--requirepass", password, "--loglevel", "warning"));
    builder.redirectErrorStream(true).directory(new File(System.getProperty("java.io.tmpdir")));
    LocalRedis started = new LocalRedis(builder.start(), address, password);
    try {
      started.awaitAnswer();
      return started;
    } catch (IOException | InterruptedException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitAnswer() throws IOException, InterruptedException {
    long end = System.nanoTime() + START.toNanos();
    while (true) {
      try (Jedis jedis = connect()) {
        jedis.ping();
        return;
      } catch (JedisException e) {
        if (System.nanoTime() - end > 0) {
          throw new IOException("redis-server did not start: " + words(), e);
        }
        Thread.sleep(AGAIN_MILLIS);
      }
    }
  }

  private String words() throws IOException {
    InputStream said = shell.getInputStream();
    return new String(said.readNBytes(said.available()), StandardCharsets.UTF_8).strip();
  }

  /** A connection of one's own, which may wait for ever. */
  Jedis connect() {
    JedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .password(password)
            .blockingSocketTimeoutMillis(0)
            .autoNegotiateProtocol(false) // it cannot, and says so each time
            .build();
    return new Jedis(address, config);
  }

  @Override
  public void close() {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(5, TimeUnit.SECONDS)) {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      shell.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
