package dev.ripcord.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

  @Test
  void readsNamesAndAddresses() {
    assertThat(Address.parse("localhost:80")).isEqualTo(new Address("localhost", 80));
    assertThat(Address.parse("127.0.0.1:65535")).isEqualTo(new Address("127.0.0.1", 65535));
    assertThat(Address.parse("[::1]:50050")).isEqualTo(new Address("::1", 50050));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:80", "[::1]:50050"})
  void writesWhatItReads(String text) {
    assertThat(Address.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "host",
        "host:",
        ":80",
        "host:x",
        "host:-1",
        "host:0",
        "host:65536",
        "host:999999",
        "::1:80"
      })
  void refusesTheRest(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
  }

  @Test
  void saysWhatWasRead() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Address.parse("gateway"))
        .withMessage("\"gateway\" is not host:port, for instance 127.0.0.1:50050");
    assertThatNullPointerException()
        .isThrownBy(() -> Address.parse(null))
        .withMessage("text is null");
  }
}
