package dev.ripcord.server.db;

import dev.ripcord.Context;
import dev.ripcord.server.Answer;
import dev.ripcord.server.Failures;
import dev.ripcord.server.Platform;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.db.v1.ActivityReply;
import dev.ripcord.services.db.v1.ActivityRequest;
import dev.ripcord.services.db.v1.ArchiveReply;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.ListQueriesReply;
import dev.ripcord.services.db.v1.ListQueriesRequest;
import dev.ripcord.services.db.v1.QueryInfo;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.Visit;
import dev.ripcord.services.v1.Work;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Answers calls for named queries, in the context of the call: the SQL ends when that does. */
@SuppressWarnings("try") // a mark is made to be closed, not to be used
final class DbService extends DbGrpc.DbImplBase {
  private static final int MOST_ROWS = 10_000;
  private static final int FETCH_SIZE = 1_000;

  private final Platform platform;
  private final Queries queries;
  private final Pool pool;
  private final Activity activity;

  DbService(Platform platform, Queries queries, Pool pool, Activity activity) {
    this.platform = platform;
    this.queries = queries;
    this.pool = pool;
    this.activity = activity;
  }

  @Override
  public void query(QueryRequest request, StreamObserver<QueryReply> caller) {
    Answer.with(
        caller,
        () -> {
          Visit visit = platform.visit();
          NamedQuery query = reading(request);
          QueryReply.Builder reply = QueryReply.newBuilder();
          read(query, checked(query, request, visit), head -> {}, reply::addRows);
          return reply.addVisits(visit).build();
        });
  }

  /** Takes part of a result. */
  private interface Sink<T> {
    void take(T part) throws IOException;
  }

  /** How many rows there were. */
  private long read(
      NamedQuery query, Map<String, Object> values, Sink<List<String>> head, Sink<Row> row)
      throws IOException {
    try (Connection connection = pool.connections().getConnection();
        PreparedStatement statement = connection.prepareStatement(query.sql());
        WorkLog.Mark ignored = begin(query)) {
      statement.setFetchSize(FETCH_SIZE);
      statement.setMaxRows(MOST_ROWS + 1);
      query.bind(statement, values);
      try (ResultSet result = statement.executeQuery()) {
        Rows rows = new Rows(result);
        head.take(rows.names());
        return pass(query, rows, row);
      }
    } catch (SQLException e) {
      throw SqlFailures.toThrow(query, e);
    }
  }

  private WorkLog.Mark begin(NamedQuery query) {
    return platform.work().begin(Context.current(), Work.Kind.SQL, query.name());
  }

  private static long pass(NamedQuery query, Rows rows, Sink<Row> row)
      throws SQLException, IOException {
    long passed = 0;
    while (rows.next()) {
      if (passed == MOST_ROWS) {
        throw Status.OUT_OF_RANGE
            .withDescription(
                "query "
                    + query.name()
                    + " has more than "
                    + MOST_ROWS
                    + " rows; call Stream instead")
            .asRuntimeException();
      }
      row.take(rows.current());
      passed++;
    }
    return passed;
  }

  @Override
  public void archive(QueryRequest request, StreamObserver<ArchiveReply> caller) {
    Answer.with(
        caller,
        () -> {
          Visit visit = platform.visit();
          NamedQuery query = reading(request);
          Map<String, Object> values = checked(query, request, visit);
          Archive archive = new Archive(Archive.PROGRAMS, platform.work());
          return archive
              .of(Context.current(), file -> readAsCsv(query, values, new CsvWriter(file)))
              .addVisits(visit)
              .build();
        });
  }

  private long readAsCsv(NamedQuery query, Map<String, Object> values, CsvWriter csv)
      throws IOException {
    return read(query, values, csv::head, csv::row);
  }

  @Override
  public void stream(QueryRequest request, StreamObserver<Row> caller) {
    try {
      NamedQuery query = reading(request);
      Map<String, Object> values = checked(query, request, platform.visit());
      RowStream.start(
          pool.connections(), query, values, begin(query), (ServerCallStreamObserver<Row>) caller);
    } catch (RuntimeException e) {
      caller.onError(Failures.toStatus(Context.current(), e));
    }
  }

  @Override
  public void execute(QueryRequest request, StreamObserver<ExecuteReply> caller) {
    Answer.with(
        caller,
        () -> {
          Visit visit = platform.visit();
          NamedQuery query = known(request);
          if (!query.changesData()) {
            throw invalid("query " + query.name() + " changes nothing; call Query or Stream");
          }
          long changed = change(query, checked(query, request, visit));
          return ExecuteReply.newBuilder().setChanged(changed).addVisits(visit).build();
        });
  }

  private long change(NamedQuery query, Map<String, Object> values) {
    // One statement is a transaction by itself, and the only kind that a cancel either stops or
    // leaves whole.
    try (Connection connection = pool.connections().getConnection();
        PreparedStatement statement = connection.prepareStatement(query.sql());
        WorkLog.Mark ignored = begin(query)) {
      query.bind(statement, values);
      return statement.executeLargeUpdate();
    } catch (SQLException e) {
      throw SqlFailures.toThrow(query, e);
    }
  }

  @Override
  public void listQueries(ListQueriesRequest request, StreamObserver<ListQueriesReply> caller) {
    ListQueriesReply.Builder reply = ListQueriesReply.newBuilder();
    for (NamedQuery query : queries.all()) {
      reply.addQueries(
          QueryInfo.newBuilder()
              .setName(query.name())
              .setDescription(query.description())
              .addAllParameters(query.parameterNames())
              .setChangesData(query.changesData()));
    }
    caller.onNext(reply.build());
    caller.onCompleted();
  }

  @Override
  public void activity(ActivityRequest request, StreamObserver<ActivityReply> caller) {
    Answer.with(
        caller,
        () ->
            ActivityReply.newBuilder()
                .addAllStatements(activity.statements())
                .setPoolActive(pool.active())
                .setPoolIdle(pool.idle())
                .setPoolOpened(pool.opened())
                .build());
  }

  private NamedQuery reading(QueryRequest request) {
    NamedQuery query = known(request);
    if (query.changesData()) {
      throw invalid("query " + query.name() + " changes data; call Execute");
    }
    return query;
  }

  private NamedQuery known(QueryRequest request) {
    NamedQuery query = queries.named(request.getName());
    if (query == null) {
      throw Status.NOT_FOUND
          .withDescription(
              "there is no query \"" + shortened(request.getName()) + "\"; there are: " + queries)
          .asRuntimeException();
    }
    return query;
  }

  private static Map<String, Object> checked(NamedQuery query, QueryRequest request, Visit visit) {
    try {
      return query.check(request.getParametersMap(), visit.getTenant());
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  private static RuntimeException invalid(String what) {
    return Status.INVALID_ARGUMENT.withDescription(what).asRuntimeException();
  }

  private static String shortened(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }
}
