package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.client.Address;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.ListQueriesRequest;
import dev.ripcord.services.db.v1.QueryRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What one asks of db. */
final class DbCalls {
  private DbCalls() {}

  /** A call to db. */
  abstract static class ToDb extends ServiceCall {
    @Option(
        names = "--db",
        paramLabel = "HOST:PORT",
        converter = AddressConverter.class,
        description = "Where db listens.")
    private @Nullable Address db;

    ToDb() {
      super("db");
    }

    @Override
    final @Nullable Address address() {
      return db;
    }
  }

  /** A call of something that has a name and parameters. */
  abstract static class Named extends ToDb {
    @Parameters(index = "0", paramLabel = "NAME", description = "Which; `call queries` lists them.")
    private String name = "";

    @Parameters(
        index = "1..*",
        paramLabel = "KEY=VALUE",
        description = "Its parameters, for instance region=north.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    final QueryRequest request() {
      return QueryRequest.newBuilder().setName(name).putAllParameters(parameters).build();
    }
  }

  /** {@code call query}. */
  @Command(
      name = "query",
      description = "Run a named query.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Query extends Named {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(connection.db().blocking().query(request()));
    }
  }

  /** {@code call stream}. */
  @Command(
      name = "stream",
      description = "Run a named query and print its rows as they come.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Stream extends Named {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      connection.db().blocking().stream(request()).forEachRemaining(answer);
    }
  }

  /** {@code call archive}. */
  @Command(
      name = "archive",
      description = "Run a named query and write its rows to a file, as CSV compressed by gzip.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Archive extends Named {
    @Option(
        names = "--to",
        required = true,
        paramLabel = "FILE",
        description = "What to write; for instance report.csv.gz.")
    private Path file = Path.of("");

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      // Opened first: whoever waited for a report does not want to hear then that it cannot be
      // kept.
      try (OutputStream opened = Files.newOutputStream(file)) {
        ArchiveReply reply = connection.db().blocking().archive(request());
        reply.getCsvGz().writeTo(opened);
        answer.accept(reply.toBuilder().clearCsvGz().build());
      } catch (IOException e) {
        throw wrong("--to: cannot write to " + file + ": " + e);
      }
    }
  }

  /** {@code call execute}. */
  @Command(
      name = "execute",
      description = "Run a named change.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Execute extends Named {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(connection.db().blocking().execute(request()));
    }
  }

  /** {@code call queries}. */
  @Command(
      name = "queries",
      description = "List what can be run.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Queries extends ToDb {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(
          connection.db().blocking().listQueries(ListQueriesRequest.getDefaultInstance()));
    }
  }

  /** {@code call activity}. */
  @Command(
      name = "activity",
      description = "What the database server is doing for db at this moment.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Activity extends ToDb {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(connection.db().blocking().activity(ActivityRequest.getDefaultInstance()));
    }
  }
}
