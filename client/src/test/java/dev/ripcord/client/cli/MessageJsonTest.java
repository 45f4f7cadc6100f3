package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.ripcord.proto.v1.Node;
import dev.ripcord.services.db.v1.Column;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageJsonTest {

  @Test
  void bytesAreHex_constantsNames_numbersNumbers_andTimesReadable() {
    Node node =
        Node.newBuilder()
            .setContextId(ByteString.copyFrom(new byte[] {0, (byte) 0xfe}))
            .setState(Node.State.ENDING)
            .setPid(1L << 40)
            .setOpenedAt(Timestamp.newBuilder().setSeconds(1))
            .setAge(Duration.newBuilder().setSeconds(1).setNanos(500_000_000))
            .build();

    assertThat(MessageJson.of(node, false))
        .containsEntry("context_id", "00fe")
        .containsEntry("state", "ENDING")
        .containsEntry("pid", 1L << 40)
        .containsEntry("opened_at", "1970-01-01T00:00:01Z")
        .containsEntry("age", 1.5)
        .hasSize(5);
  }

  @Test
  void whatIsNotSet_isThereIfWanted_butForMessages() {
    assertThat(MessageJson.of(Node.getDefaultInstance(), false)).isEmpty();
    assertThat(MessageJson.of(Node.getDefaultInstance(), true))
        .containsEntry("pid", 0L)
        .containsEntry("service", "")
        .containsEntry("calls", List.of())
        .doesNotContainKey("cancellation");
  }

  @Test
  void mapsAndListsKeepTheirShape() {
    assertThat(
            MessageJson.of(
                QueryRequest.newBuilder().setName("q").putParameters("region", "north").build(),
                false))
        .isEqualTo(Map.of("name", "q", "parameters", Map.of("region", "north")));
    assertThat(
            MessageJson.of(
                Row.newBuilder().addColumns(Column.newBuilder().setName("n")).build(), false))
        .isEqualTo(Map.of("columns", List.of(Map.of("name", "n"))));
  }
}
