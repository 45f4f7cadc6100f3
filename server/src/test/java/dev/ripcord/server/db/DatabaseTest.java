package dev.ripcord.server.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseTest {

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h:1/d, jdbc:postgresql://h:1/d",
    "jdbc:postgresql://u:secret@h/d, jdbc:postgresql://...@h/d",
    "jdbc:postgresql://h/d?user=u&password=secret&ssl=true, jdbc:postgresql://h/d?user=...&password=...&ssl=true",
    "jdbc:postgresql://h/d?sslpassword=secret, jdbc:postgresql://h/d?sslpassword=...",
    "jdbc:postgresql://h/d?PASSWORD=secret, jdbc:postgresql://h/d?PASSWORD=...",
  })
  void secretsInUrlsAreNotShown(String url, String shown) throws CannotStart {
    assertThat(Database.withoutSecrets(url)).isEqualTo(shown).doesNotContain("secret");
    if (!url.contains("@")) {
      assertThat(Database.of(new Settings(url, "u", "secret", null), url).toString())
          .doesNotContain("secret");
    }
  }

  @Test
  void flagsGoBeforeTheUrlsLogin() throws CannotStart {
    String url = "jdbc:postgresql://h/d?user=old&password=old";
    Database database = Database.of(new Settings(url, "new", "secret", null), url);

    assertThat(database.connections("app").getUser()).isEqualTo("new");
    assertThat(database.connections("app").getPassword()).isEqualTo("secret");
    assertThat(database.connections("app").getApplicationName()).isEqualTo("app");
    assertThat(database.connections("app").getCurrentSchema()).isEqualTo("ripcord");
  }
}
