package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.ExecuteReply;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.v1.Visit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

  @Test
  void rowsAreATable_withOneHead() {
    Answers answers = new Answers(out, false);
    answers.print(QueryReply.newBuilder().addRows(row("north")).build());
    answers.print(Row.newBuilder(row("south")).build());

    assertThat(text()).isEqualTo("region\tnote\nnorth\tNULL\nsouth\tNULL\n");
  }

  @Test
  void otherAnswersAreListed() {
    new Answers(out, false)
        .print(
            ExecuteReply.newBuilder()
                .setChanged(1)
                .addVisits(Visit.newBuilder().setService("db").setPid(7))
                .build());

    assertThat(text()).isEqualTo("changed: 1\nvisits:\n  - service=db pid=7\n");
  }

  @Test
  void jsonIsJson() {
    new Answers(out, true).print(row("north"));

    assertThat(text())
        .startsWith("{\n  \"columns\": [\n")
        .contains("\"value\": \"north\"")
        .endsWith("}\n");
  }

  private static Row row(String region) {
    return Row.newBuilder()
        .addColumns(Column.newBuilder().setName("region").setValue(region))
        .addColumns(Column.newBuilder().setName("note"))
        .build();
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
