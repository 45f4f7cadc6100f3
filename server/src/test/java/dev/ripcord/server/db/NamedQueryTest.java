package dev.ripcord.server.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedQueryTest {
  private static final Parameter USER = new Parameter("user", Parameter.Type.NAME);
  private static final Parameter SECONDS = new Parameter("seconds", Parameter.Type.SECONDS);

  @Test
  void namesBecomePlacesAndCastsStay() {
    NamedQuery query =
        NamedQuery.read(
            "q",
            "",
            "select :user::text, x::bigint where a = :user and b < :seconds",
            USER,
            SECONDS);

    assertThat(query.sql()).isEqualTo("select ?::text, x::bigint where a = ? and b < ?");
    assertThat(query.parameterNames()).containsExactly("user", "seconds");
  }

  @Test
  void sqlAndParametersMustAgree() {
    assertThrows(
        IllegalArgumentException.class, () -> NamedQuery.read("q", "", "select :usr", USER));
    assertThrows(IllegalArgumentException.class, () -> NamedQuery.read("q", "", "select 1", USER));
  }

  @Test
  void valuesAreTypedAndTheTenantIsTheCalls() {
    NamedQuery query = NamedQuery.change("q", "", "select :user, :seconds, :tenant", USER, SECONDS);

    Map<String, Object> values = query.check(Map.of("user", "bob", "seconds", "60"), "acme");

    assertThat(values)
        .containsEntry("user", "bob")
        .containsEntry("seconds", 60L)
        .containsEntry("tenant", "acme");
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> query.check(Map.of("user", "bob", "seconds", "60", "tenant", "evil"), "acme"));
    assertThat(e).hasMessageContaining("tenant is unknown");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    NamedQuery query = NamedQuery.read("q", "", "select :user, :seconds", USER, SECONDS);

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> query.check(Map.of("seconds", "x", "zebra", "1", "ant", "2"), ""));

    assertThat(e)
        .hasMessage(
            "query q: user is missing; seconds is not a whole number of seconds from 1 to 31536000; ant is unknown;"
                + " zebra is unknown. Its parameters are: [user, seconds]");
  }

  @ParameterizedTest
  @CsvSource({
    "NAME, alice, true",
    "NAME, a.b-c_9, true",
    "NAME, '', false",
    "NAME, a b, false",
    "NAME, a';--, false",
    "NAME, ä, false",
    "ID, 0aF_-, true",
    "ID, a.b, false",
    "TEXT, '', true",
    "TEXT, 'any ''thing''; ä', true",
    "SECONDS, 1, true",
    "SECONDS, 31536000, true",
    "SECONDS, 31536001, false",
    "SECONDS, 0, false",
    "SECONDS, -1, false",
    "SECONDS, 1.5, false",
    "SECONDS, 99999999999999999999, false",
    "SECONDS, ٣, false"
  })
  void aTypeTakesWhatItTakes(Parameter.Type type, String text, boolean isGood) {
    if (isGood) {
      assertThat(type.value(text).toString()).isEqualTo(text);
    } else {
      assertThrows(IllegalArgumentException.class, () -> type.value(text));
    }
  }

  @Test
  void lengthsAreBoundedAndNulIsRefused() {
    assertThat(Parameter.Type.TEXT.value("x".repeat(2000))).isEqualTo("x".repeat(2000));
    assertThrows(IllegalArgumentException.class, () -> Parameter.Type.TEXT.value("x".repeat(2001)));
    assertThrows(IllegalArgumentException.class, () -> Parameter.Type.TEXT.value("a\0b"));
    assertThat(Parameter.Type.TEXT.value("two\nlines")).isEqualTo("two\nlines");
    assertThrows(IllegalArgumentException.class, () -> Parameter.Type.NAME.value("x".repeat(65)));
    assertThrows(IllegalArgumentException.class, () -> Parameter.Type.NAME.value("alice\n"));
    assertThrows(IllegalArgumentException.class, () -> Parameter.Type.ID.value("x".repeat(129)));
  }

  @Test
  void theCatalogueHoldsTogether() {
    Queries queries = new Queries();

    assertThat(queries.named("heavy_report")).isNotNull();
    assertThat(queries.named("")).isNull();
    assertThat(queries.all()).allSatisfy(query -> assertThat(query.description()).endsWith("."));
  }
}
