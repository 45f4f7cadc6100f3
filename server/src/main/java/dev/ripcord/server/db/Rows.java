package dev.ripcord.server.db;

import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.Row;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.List;

/** Turns the rows of a result into messages. */
final class Rows {
  private final ResultSet result;
  private final String[] names;

  Rows(ResultSet result) throws SQLException {
    this.result = result;
    ResultSetMetaData columns = result.getMetaData();
    this.names = new String[columns.getColumnCount()];
    for (int i = 0; i < names.length; i++) {
      names[i] = columns.getColumnLabel(i + 1);
    }
  }

  List<String> names() {
    return List.of(names);
  }

  boolean next() throws SQLException {
    return result.next();
  }

  /** The row that {@link #next} went to. */
  Row current() throws SQLException {
    Row.Builder row = Row.newBuilder();
    for (int i = 0; i < names.length; i++) {
      Column.Builder column = row.addColumnsBuilder().setName(names[i]);
      String value = result.getString(i + 1);
      if (value != null) {
        column.setValue(value);
      }
    }
    return row.build();
  }
}
