package dev.ripcord.client.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadyTest {

  @Test
  void readsTheLine_whateverElseIsInIt() {
    Ready ready = new Ready("db", "db-1", 40001, 4711);
    assertThat(Ready.parse("READY role=db instance=db-1 port=40001 pid=4711")).isEqualTo(ready);
    assertThat(Ready.parse("READY pid=4711  host=0.0.0.0 port=40001 instance=db-1 role=db"))
        .isEqualTo(ready);
    assertThat(ready.address()).isEqualTo("127.0.0.1:40001");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "READY",
        "READY ",
        "ready role=db",
        "READY role=db instance=a port=x pid=1",
        "READY port=1 pid=2"
      })
  void anyOtherLineIsNone(String line) {
    assertThat(Ready.parse(line)).isNull();
  }
}
