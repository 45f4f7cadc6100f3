package dev.ripcord.server.db;

import dev.ripcord.services.db.v1.Row;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes rows as RFC 4180 has them. NULL is nothing, an empty text is {@code ""}. */
final class CsvWriter {
  private final Writer out;

  CsvWriter(Writer out) {
    this.out = out;
  }

  /** The first line. */
  void head(List<String> names) throws IOException {
    line(names, CsvWriter::quoted);
  }

  void row(Row row) throws IOException {
    line(row.getColumnsList(), column -> column.hasValue() ? quoted(column.getValue()) : "");
  }

  private <T> void line(List<T> cells, Function<T, String> text) throws IOException {
    out.write(cells.stream().map(text).collect(Collectors.joining(",", "", "\r\n")));
  }

  private static String quoted(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> "\",\r\n".indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
