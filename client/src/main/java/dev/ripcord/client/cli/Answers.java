package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.Row;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Prints what came back: as JSON, or for people. */
final class Answers {
  private static final Set<String> COLUMN = Set.of("name", "value");

  private final PrintStream out;
  private final boolean json;
  private String columns = ""; // of the rows printed last

  Answers(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void print(MessageOrBuilder message) {
    if (json) {
      out.print(Json.write(MessageJson.of(message, true)));
    } else if (message instanceof Row row) {
      table(row);
    } else if (message instanceof QueryReply reply) {
      reply.getRowsList().forEach(this::table);
    } else {
      print(MessageJson.of(message, false), "");
    }
  }

  /** A table that grows: tab-separated, its head printed again only when the columns change. */
  private void table(Row row) {
    String head = join(row, Column::getName);
    if (!head.equals(columns)) {
      out.println(head);
      columns = head;
    }
    out.println(join(row, column -> column.hasValue() ? column.getValue() : "NULL"));
  }

  private static String join(Row row, Function<Column, String> cell) {
    return row.getColumnsList().stream().map(cell).collect(Collectors.joining("\t"));
  }

  private void print(Map<?, ?> fields, String indent) {
    fields.forEach((name, value) -> print(String.valueOf(name), value, indent));
  }

  private void print(String name, Object value, String indent) {
    if (value instanceof Map<?, ?> fields) {
      out.println(indent + name + ":");
      print(fields, indent + "  ");
    } else if (value instanceof List<?> items) {
      out.println(indent + name + ":");
      items.forEach(item -> out.println(indent + "  - " + inline(item)));
    } else {
      out.println(indent + name + ": " + value);
    }
  }

  /** On one line: {@code service=db pid=12}, and a row as its columns. */
  private static String inline(Object value) {
    if (value instanceof Map<?, ?> fields) {
      if (fields.size() == 1 && fields.get("columns") instanceof List<?> row) {
        return inline(row);
      }
      return fields.keySet().equals(COLUMN)
          ? fields.get("name") + "=" + fields.get("value")
          : words(fields);
    }
    if (value instanceof List<?> items) {
      return items.stream().map(Answers::inline).collect(Collectors.joining(" "));
    }
    return String.valueOf(value);
  }

  private static String words(Map<?, ?> fields) {
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + inline(field.getValue()))
        .collect(Collectors.joining(" "));
  }
}
