package dev.ripcord.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.client.cli.Terminal.Style;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void colourNeedsATerminalThatCan_andNobodyWhoMinds() {
    assertThat(Terminal.wantsColour(Map.of("TERM", "xterm"))).isTrue();
    assertThat(Terminal.wantsColour(Map.of("TERM", "dumb"))).isFalse();
    assertThat(Terminal.wantsColour(Map.of())).isFalse();
    assertThat(Terminal.wantsColour(Map.of("TERM", "xterm", "NO_COLOR", "1"))).isFalse();
    assertThat(Terminal.wantsColour(Map.of("TERM", "xterm", "NO_COLOR", ""))).isTrue();
  }

  @Test
  void theFirstLocaleThatIsSetDecides() {
    assertThat(Terminal.isUtf8(Map.of("LANG", "en_US.UTF-8"))).isTrue();
    assertThat(Terminal.isUtf8(Map.of("LANG", "C.utf8"))).isTrue();
    assertThat(Terminal.isUtf8(Map.of("LANG", "en_US.UTF-8", "LC_ALL", "C"))).isFalse();
    assertThat(Terminal.isUtf8(Map.of("LANG", "C", "LC_CTYPE", "C.UTF-8"))).isTrue();
    assertThat(Terminal.isUtf8(Map.of())).isFalse();
  }

  @Test
  void plainOutputIsPlain() {
    Terminal plain = new Terminal(System.out, false, false);
    assertThat(plain.styled(Style.BAD, "text")).isEqualTo("text");
    assertThat(plain.tick()).isEqualTo("ok");
    assertThat(plain.cross()).isEqualTo("FAILED");
  }

  @Test
  void colourEndsWhereItsTextEnds() {
    Terminal colour = new Terminal(System.out, true, true);
    assertThat(colour.styled(Style.BAD, "text")).isEqualTo("\u001b[31mtext\u001b[0m");
    assertThat(colour.styled(Style.BAD, "")).isEmpty();
  }
}
