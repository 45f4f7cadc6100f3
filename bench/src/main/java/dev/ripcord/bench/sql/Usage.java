package dev.ripcord.bench.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Arrays;
import javax.sql.DataSource;

/** How somebody executes {@code select 1}, again and again. */
enum Usage {
  HELD_STATEMENT("execute") {
    @Override
    void run(DataSource source, Under under, Timed timed) throws Exception {
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        under.run(() -> timed.repeat(() -> statement.execute(QUERY)));
      }
    }
  },

  HELD_PREPARED("execute, prepared") {
    @Override
    void run(DataSource source, Under under, Timed timed) throws Exception {
      try (Connection connection = source.getConnection();
          PreparedStatement statement = connection.prepareStatement(QUERY)) {
        under.run(() -> timed.repeat(statement::execute));
      }
    }
  },

  /** Each in a context of its own, as each request has one. */
  POOLED_STATEMENT("getConnection + execute + close") {
    @Override
    void run(DataSource source, Under under, Timed timed) throws Exception {
      timed.repeat(
          () ->
              under.run(
                  () -> {
                    try (Connection connection = source.getConnection();
                        Statement statement = connection.createStatement()) {
                      statement.execute(QUERY);
                    }
                  }));
    }
  },

  POOLED_PREPARED("getConnection + execute + close, prepared") {
    @Override
    void run(DataSource source, Under under, Timed timed) throws Exception {
      timed.repeat(
          () ->
              under.run(
                  () -> {
                    try (Connection connection = source.getConnection();
                        PreparedStatement statement = connection.prepareStatement(QUERY)) {
                      statement.execute();
                    }
                  }));
    }
  };

  private static final String QUERY = "select 1";

  private final String title;

  Usage(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract void run(DataSource source, Under under, Timed timed) throws Exception;

  /** The median nanoseconds of {@code times}, when those before have got everything going. */
  double nanos(DataSource source, Under under, int times) throws Exception {
    Timed timed = new Timed(times);
    run(source, under, timed);
    return timed.nanos;
  }

  /** Does something many times and keeps the median, which a busy machine disturbs least. */
  static final class Timed {
    private static final int BEFORE = 8;

    private final int times;
    private double nanos;

    private Timed(int times) {
      this.times = times;
    }

    void repeat(SqlWork work) throws Exception {
      for (int i = 0; i < BEFORE; i++) {
        work.run();
      }
      long[] each = new long[times];
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        work.run();
        long end = System.nanoTime();
        each[i] = end - start;
        start = end;
      }
      Arrays.sort(each);
      nanos = each[times / 2];
    }
  }
}
