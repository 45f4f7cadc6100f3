package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void writesWhatItIsGiven_inItsOrder() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("b", 1L);
    object.put("a", Arrays.asList(true, null, 0.5));
    object.put("none", Map.of());
    object.put("empty", List.of());

    assertThat(Json.write(object))
        .isEqualTo(
            """
            {
              "b": 1,
              "a": [
                true,
                null,
                0.5
              ],
              "none": {},
              "empty": []
            }
            """);
  }

  @Test
  void escapesWhatWouldBreakAReader() {
    assertThat(Json.write("a\"b\\c\nd\te\u0000f\u007fg\u2028h"))
        .isEqualTo("\"a\\\"b\\\\c\\nd\\te\\u0000f\\u007fg\\u2028h\"\n");
  }

  @Test
  void leavesOtherLanguagesReadable_andSurrogatesInPairs() {
    assertThat(Json.write("gr\u00fc\u00df")).isEqualTo("\"gr\u00fc\u00df\"\n");
    assertThat(Json.write("\ud83d\ude00")).isEqualTo("\"\\ud83d\\ude00\"\n");
  }

  @Test
  void refusesWhatJsonCannotHold() {
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Json.write(List.of(new Object())));
  }
}
