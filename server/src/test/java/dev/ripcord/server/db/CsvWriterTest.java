package dev.ripcord.server.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.Row;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvWriterTest {
  private final StringWriter file = new StringWriter();
  private final CsvWriter csv = new CsvWriter(file);

  private static Row row(String... values) {
    Row.Builder row = Row.newBuilder();
    for (String value : values) {
      Column.Builder column = row.addColumnsBuilder().setName("c");
      if (value != null) {
        column.setValue(value);
      }
    }
    return row.build();
  }

  @Test
  void aLineForTheNamesAndOneForEachRow() throws IOException {
    csv.head(List.of("category", "orders"));
    csv.row(row("home", "7"));
    csv.row(row("office", "8"));
    assertThat(file).hasToString("category,orders\r\nhome,7\r\noffice,8\r\n");
  }

  @Test
  void whatWouldBeReadOtherwiseIsQuoted() throws IOException {
    csv.row(row("a,b", "say \"ha\"", "two\nlines", "\r", "plain text"));
    assertThat(file).hasToString("\"a,b\",\"say \"\"ha\"\"\",\"two\nlines\",\"\r\",plain text\r\n");
  }

  @Test
  void nullIsNotTheEmptyText() throws IOException {
    csv.row(row(null, "", null));
    assertThat(file).hasToString(",\"\",\r\n");
  }
}
