package dev.ripcord.server.db;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.ServeProcess;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryReply;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The db role as a process: how it starts, what it says when it cannot, and that it leaves nothing.
 */
class ServeDatabaseIT {
  /** A level of ours; a newer JDK's own WARNING about what a library uses is none. */
  private static final String LOGGED_TROUBLE = "\\b(WARN|ERROR)\\b";

  // One for all tests, so that PostgreSQL is unpacked once.
  @TempDir static Path temp;

  private static LocalPostgres postgres;

  @BeforeAll
  static void startPostgres() throws CannotStart {
    postgres = LocalPostgres.start(null);
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  // --- Starting and stopping ---

  @Test
  void itServesUntilSigtermThenExitsWithZeroAndLeavesNothing() throws Exception {
    try (ServeProcess serve = start("--instance", "db-7", "--log-format", "json")) {
      ManagedChannel channel = channelTo(serve.awaitReady());
      List<ProcessHandle> processes = serve.process().descendants().toList();

      assertThat(serve.out()).contains("role=db instance=db-7 ");
      assertThat(health(channel)).isEqualTo(ServingStatus.SERVING);
      assertThat(reflected(channel)).contains("ripcord.services.db.v1.Db", "grpc.health.v1.Health");
      assertThat(DbGrpc.newBlockingStub(channel).query(RunningDb.request("regions")).getRowsCount())
          .isEqualTo(5);
      await()
          .atMost(5, SECONDS)
          .until(() -> serve.err().contains("\"OK\"")); // logged after the reply was sent
      assertThat(serve.err())
          .containsPattern("\\{.*\"request_id\":\"[0-9a-f]{32}\".*\"status\":\"OK\".*}");

      channel.shutdownNow();
      serve.process().destroy();

      assertThat(serve.awaitExit()).isZero();
      assertThat(processes).hasSizeGreaterThan(2).noneMatch(ProcessHandle::isAlive);
      assertThat(instanceFolders()).isEmpty();
      assertThat(serve.err()).doesNotContainPattern(LOGGED_TROUBLE);
    }
  }

  @Test
  void killedItLeavesNothingEither() {
    try (ServeProcess serve = start()) {
      serve.awaitReady();
      List<ProcessHandle> processes = serve.process().descendants().toList();

      serve.process().destroyForcibly();

      await().atMost(10, SECONDS).until(() -> instanceFolders().isEmpty());
      await()
          .atMost(10, SECONDS)
          .until(() -> processes.stream().noneMatch(ServeDatabaseIT::isRunning));
    }
  }

  @Test
  void stoppedWhileItStartsItLeavesNothing() {
    try (ServeProcess serve = start()) {
      await()
          .atMost(30, SECONDS)
          .until(
              () ->
                  serve.process().descendants().anyMatch(p -> command(p).contains("postgres -D")));
      List<ProcessHandle> processes = serve.process().descendants().toList();

      serve.process().destroy();

      serve.awaitExit();
      await().atMost(10, SECONDS).until(() -> instanceFolders().isEmpty());
      await()
          .atMost(10, SECONDS)
          .until(() -> processes.stream().noneMatch(ServeDatabaseIT::isRunning));
    }
  }

  @Test
  void whatIsLeftWhenTheSupervisorIsKilledTooIsSweptByTheNextAndOnlyThat() throws Exception {
    try (ServeProcess living = start();
        ServeProcess killed = start()) {
      int port = living.awaitReady();
      killed.awaitReady();
      List<ProcessHandle> left =
          killed.process().descendants().filter(p -> command(p).contains("postgres -D")).toList();
      List<ProcessHandle> shells =
          killed.process().descendants().filter(p -> command(p).contains("supervisor")).toList();
      // The one that listens for the end first, or it would do its duty.
      shells.stream()
          .filter(shell -> shells.contains(shell.parent().orElseThrow()))
          .forEach(ProcessHandle::destroyForcibly);
      shells.forEach(ProcessHandle::destroyForcibly);
      killed.process().destroyForcibly();
      killed.awaitExit();
      List<ProcessHandle> servers = left.stream().filter(p -> !shells.contains(p)).toList();
      assertThat(servers).hasSize(1).allMatch(ServeDatabaseIT::isRunning);
      assertThat(instanceFolders()).hasSize(2);

      try (ServeProcess next = start()) {
        next.awaitReady();

        assertThat(servers).noneMatch(ServeDatabaseIT::isRunning);
        assertThat(instanceFolders()).hasSize(2);
        ManagedChannel channel = channelTo(port);
        assertThat(health(channel)).isEqualTo(ServingStatus.SERVING);
        channel.shutdownNow();
      }
    }
    await().atMost(10, SECONDS).until(() -> instanceFolders().isEmpty());
  }

  @Test
  void callsThatRunWhenItStopsAreGivenTheirGraceAndThenEnded() {
    try (ServeProcess serve = start("--grace", "1")) {
      ManagedChannel channel = channelTo(serve.awaitReady());
      Future<QueryReply> report =
          DbGrpc.newFutureStub(channel).query(RunningDb.request("heavy_report", "region", "north"));
      await()
          .atMost(10, SECONDS)
          .until(
              () ->
                  DbGrpc.newBlockingStub(channel)
                          .activity(ActivityRequest.getDefaultInstance())
                          .getStatementsCount()
                      == 1);

      serve.process().destroy();

      ExecutionException e = assertThrows(ExecutionException.class, () -> report.get(10, SECONDS));
      assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(serve.awaitExit()).isZero();
      assertThat(serve.err()).contains("code=SHUTDOWN").doesNotContainPattern(LOGGED_TROUBLE);
      channel.shutdownNow();
    }
  }

  @Test
  void aDataDirKeepsWhatWasWrittenAndHasOneUser() {
    String data = temp.resolve("kept").toString();
    try (ServeProcess first = start("--data-dir", data)) {
      ManagedChannel channel = channelTo(first.awaitReady());
      DbGrpc.newBlockingStub(channel).execute(RunningDb.request("audit_write", "text", "kept"));
      channel.shutdownNow();

      assertRefused("Another process uses " + data, "--data-dir", data);

      first.process().destroy();
      assertThat(first.awaitExit()).isZero();
    }
    try (ServeProcess second = start("--data-dir", data)) {
      ManagedChannel channel = channelTo(second.awaitReady());
      assertThat(
              DbGrpc.newBlockingStub(channel)
                  .query(RunningDb.request("audit_log", "text", "kept"))
                  .getRowsCount())
          .isEqualTo(1);
      channel.shutdownNow();
    }
  }

  @Test
  void aDatabaseOfOnesOwnIsUsedAndLeftRunning() throws Exception {
    for (int i = 0; i < 2; i++) { // the second finds the tables made
      try (ServeProcess serve =
          ServeProcess.start(
              temp,
              Map.of(
                  "RIPCORD_DATABASE_PASSWORD",
                  postgres.password(),
                  "RIPCORD_DATABASE_USER",
                  postgres.user()),
              "--role",
              "db",
              "--database-url",
              postgres.url())) {
        ManagedChannel channel = channelTo(serve.awaitReady());
        assertThat(
                DbGrpc.newBlockingStub(channel).query(RunningDb.request("regions")).getRowsCount())
            .isEqualTo(5);
        channel.shutdownNow();
        serve.process().destroy();
        assertThat(serve.awaitExit()).isZero();
        assertThat(instanceFolders()).isEmpty();
      }
    }
  }

  @Test
  void healthFollowsTheDatabase() throws Exception {
    LocalPostgres own = LocalPostgres.start(null);
    try (ServeProcess serve =
        ServeProcess.start(
            temp,
            Map.of("RIPCORD_DATABASE_PASSWORD", own.password()),
            "--role",
            "db",
            "--database-url",
            own.url(),
            "--database-user",
            own.user())) {
      ManagedChannel channel = channelTo(serve.awaitReady());
      assertThat(health(channel)).isEqualTo(ServingStatus.SERVING);

      own.close();

      await().atMost(20, SECONDS).until(() -> health(channel) == ServingStatus.NOT_SERVING);
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () -> DbGrpc.newBlockingStub(channel).activity(ActivityRequest.getDefaultInstance()));
      assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(serve.err()).contains("the database does not answer");
      channel.shutdownNow();
      serve.process().destroy();
      assertThat(serve.awaitExit()).isZero();
    } finally {
      own.close();
    }
  }

  // --- What cannot start ---

  @Test
  void aWrongPassword() {
    assertRefused(
        "refuses this user or password",
        "--database-url",
        postgres.url(),
        "--database-user",
        postgres.user(),
        "--database-password",
        "wrong-Secret");
    assertRefused(
        "refuses this user or password",
        "--database-url",
        postgres.url(),
        "--database-user",
        "nobody");
  }

  @Test
  void aDatabaseThatIsNotThere() {
    assertRefused(
        "does not exist",
        "--database-url",
        postgres.url().replace("/postgres", "/nothing"),
        "--database-user",
        postgres.user(),
        "--database-password",
        postgres.password());
  }

  @Test
  void aServerThatIsNotThere() throws IOException {
    String nobody = "jdbc:postgresql://127.0.0.1:" + freePort() + "/ripcord?password=wrong-Secret";

    assertRefused("cannot be reached", "--database-url", nobody);
  }

  @Test
  void aUserThatMayNotMakeTables() throws Exception {
    Database database = Database.of(postgres);
    try (var connection = database.connections("test").getConnection();
        var statement = connection.createStatement()) {
      statement.execute("create role guest login password 'guest'");
      statement.execute("create database closed");
    }

    assertRefused(
        "The user needs the right to create the schema \"ripcord\"",
        "--database-url",
        postgres.url().replace("/postgres", "/closed"),
        "--database-user",
        "guest",
        "--database-password",
        "guest");
  }

  @Test
  void anAddressOfNoDatabase() {
    assertRefused(
        "is no PostgreSQL address", "--database-url", "jdbc:mysql://u:wrong-Secret@localhost/x");
    assertRefused("is no PostgreSQL address", "--database-url", "localhost:5432");
  }

  @Test
  void rootWithoutUnshare() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")));
    Path denied = Files.createDirectories(temp.resolve("denied"));
    Path unshare = denied.resolve("unshare");
    Files.writeString(
        unshare, "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted'\nexit 1\n");
    Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertRefusedWithPath(
        denied + ":/usr/bin:/bin",
        "it is denied here (unshare: unshare failed: Operation not permitted)");
    assertRefusedWithPath(
        Files.createDirectories(temp.resolve("empty")).toString(), "it is not installed here");
  }

  private static void assertRefusedWithPath(String path, String part) {
    try (ServeProcess serve = ServeProcess.start(temp, Map.of("PATH", path), "--role", "db")) {
      assertThat(serve.awaitExit()).isEqualTo(1);
      assertThat(serve.err())
          .contains("PostgreSQL refuses to run as root")
          .contains(part)
          .contains("Start this as a normal user, or point --database-url")
          .doesNotContain("\tat ");
    }
  }

  @Test
  void aTemporaryFolderThatIsSomebodyElses() throws IOException {
    Path open = Files.createDirectories(temp.resolve("shared"));
    Path taken =
        Files.createDirectories(open.resolve("ripcord-" + System.getProperty("user.name")));
    Files.setPosixFilePermissions(taken, PosixFilePermissions.fromString("rwxrwxrwx"));
    try (ServeProcess serve = ServeProcess.start(open, Map.of(), "--role", "db")) {
      assertThat(serve.awaitExit()).isEqualTo(1);
      assertThat(serve.err()).contains("is not this user's alone").contains("--database-url");
    }
  }

  private static void assertRefused(String part, String... flags) {
    try (ServeProcess serve = start(flags)) {
      assertThat(serve.awaitExit()).as(serve.err()).isEqualTo(1);
      assertThat(serve.err())
          .contains("serve: ")
          .contains(part)
          .doesNotContain("\tat ")
          .doesNotContain("wrong-Secret");
      assertThat(serve.out()).isEmpty();
    }
  }

  // --- Small things ---

  private static ServeProcess start(String... flags) {
    String[] all = new String[flags.length + 2];
    all[0] = "--role";
    all[1] = "db";
    System.arraycopy(flags, 0, all, 2, flags.length);
    return ServeProcess.start(temp, Map.of(), all);
  }

  private static ManagedChannel channelTo(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static ServingStatus health(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private static List<String> reflected(ManagedChannel channel) throws Exception {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse reply) {
                    names.complete(
                        reply.getListServicesResponse().getServiceList().stream()
                            .map(s -> s.getName())
                            .toList());
                  }

                  @Override
                  public void onError(Throwable t) {
                    names.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    List<String> found = names.get(10, TimeUnit.SECONDS);
    asking.onCompleted();
    return found;
  }

  private static List<Path> instanceFolders() throws IOException {
    Path home = temp.resolve("ripcord-" + System.getProperty("user.name"));
    if (!Files.exists(home)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(home)) {
      return all.filter(path -> path.getFileName().toString().startsWith("instance-")).toList();
    }
  }

  /**
   * Not counting those that have ended and wait for a parent to ask how: some containers have none
   * that does.
   */
  private static boolean isRunning(ProcessHandle process) {
    Path status = Path.of("/proc", Long.toString(process.pid()), "stat");
    try {
      return process.isAlive() && !Files.readString(status).contains(") Z ");
    } catch (IOException e) {
      return false;
    }
  }

  private static String command(ProcessHandle process) {
    Optional<String> line = process.info().commandLine();
    return line.orElse("");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
