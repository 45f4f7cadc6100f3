package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules 19 to 21: values. */
class ValueTest {
  private static final Key<String> NAME = Key.local("name");

  @Test
  @DisplayName("rule 19: withValue makes a new context; inner shadows outer")
  void innerShadowsOuter() {
    //  outer(name=a) - inner(name=b)
    Context outer = Context.background().withValue(NAME, "a");
    Context inner = outer.withValue(NAME, "b");
    assertThat(Context.background().value(NAME)).isNull();
    assertThat(outer.value(NAME)).isEqualTo("a");
    assertThat(inner.value(NAME)).isEqualTo("b");
    assertThat(inner.withCancel().context().value(NAME)).isEqualTo("b");
  }

  @Test
  @DisplayName("rule 19: a null value shadows too")
  void nullShadows() {
    Context outer = Context.background().withValue(NAME, "a");
    Context inner = outer.withValue(NAME, null);
    assertThat(inner.value(NAME)).isNull();
    assertThat(inner.withValue(NAME, "c").value(NAME)).isEqualTo("c");
    Context foreign = new HandmadeContext().put(NAME, "foreign");
    assertThat(foreign.withValue(NAME, null).value(NAME)).isNull();
  }

  @Test
  @DisplayName("rule 19: null keys fail at once")
  void nullKeys_fail() {
    Context context = Context.background().withValue(NAME, "a");
    assertThatThrownBy(() -> context.withValue((Key<String>) null, "x"))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("key is null");
    assertThatThrownBy(() -> context.value((Key<String>) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("key is null");
    assertThatThrownBy(() -> Context.background().value((Key<String>) null))
        .hasMessage("key is null");
  }

  @Test
  @DisplayName("rule 19: withValues binds as withValue does, one after the other")
  void several_inOneStep() {
    Key<Integer> age = Key.local("age");
    Context outer = Context.background().withValues(NAME.boundTo("a"), age.boundTo(1));
    Context inner = outer.withValues(NAME.boundTo("b"), NAME.boundTo("c"), age.boundTo(null));
    assertThat(outer.value(NAME)).isEqualTo("a");
    assertThat(outer.value(age)).isEqualTo(1);
    assertThat(inner.value(NAME)).isEqualTo("c");
    assertThat(inner.value(age)).isNull();
    assertThat(outer.withValues()).isSameAs(outer);
    assertThat(outer).hasToString("background.withValues(name, age)");
    assertThat(new HandmadeContext().put(NAME, "foreign").withValues(age.boundTo(2)).value(NAME))
        .isEqualTo("foreign");
    assertThatThrownBy(() -> outer.withValues((BoundValue[]) null)).hasMessage("values is null");
    assertThatThrownBy(() -> outer.withValues(NAME.boundTo("d"), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("a value is null: a key's null is boundTo(null)");
  }

  @Test
  @DisplayName("rule 20: keys compare by identity")
  void keys_compareByIdentity() {
    Key<String> twin = Key.local("name");
    Context context = Context.background().withValue(NAME, "a").withValue(twin, "b");
    assertThat(context.value(NAME)).isEqualTo("a");
    assertThat(context.value(twin)).isEqualTo("b");
    assertThat(NAME).isNotEqualTo(twin);
  }

  @Test
  @DisplayName("rule 20: values survive cancellation")
  void values_surviveTheEnd() {
    CancelScope scope = Context.background().withValue(NAME, "a").withCancel();
    scope.cancel();
    assertThat(scope.context().value(NAME)).isEqualTo("a");
    assertThat(scope.context().withValue(NAME, "b").value(NAME)).isEqualTo("b");
  }

  @Test
  @DisplayName("rule 21: a look-up takes as many steps at depth 100,000 as at depth 1")
  void lookUp_doesNotGrowWithDepth() {
    // No clock: a context in between shares what it inherits with its parent, so there is nothing
    // to walk.
    Context context = Context.background().withValue(NAME, "a");
    Inherited shallow = ((Node) context).inherited();
    for (int i = 0; i < 100_000; i++) {
      context = context.withCancel().context();
    }
    assertThat(((Node) context).inherited()).isSameAs(shallow);
    assertThat(context.value(NAME)).isEqualTo("a");
    assertThat(context.value(Key.<String>local("miss"))).isNull();
  }

  @Test
  @DisplayName("rule 21: a chain of 1,000,000 values of one key is read at once")
  void longChainOfOneKey() {
    Context context = Context.background();
    Key<Integer> count = Key.local("count");
    for (int i = 0; i < 1_000_000; i++) {
      context = context.withValue(count, i);
    }
    assertThat(context.value(count)).isEqualTo(999_999);
    assertThat(context.value(NAME)).isNull();
  }

  @Test
  @DisplayName("many keys in any order: the same answers as a map, and older contexts unchanged")
  void manyKeys_answerAsAMapWould() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Key<Integer>> keys = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      keys.add(Key.local("key" + i));
    }
    Context context = Context.background();
    Map<Key<Integer>, Integer> expected = new HashMap<>();
    Context snapshot = context;
    Map<Key<Integer>, Integer> expectedThen = Map.of();
    for (int i = 0; i < 5_000; i++) {
      List<BoundValue> together = new ArrayList<>();
      for (int more = random.nextInt(5); more >= 0; more--) {
        Key<Integer> key = keys.get(random.nextInt(random.nextBoolean() ? 70 : keys.size()));
        Integer value = random.nextInt(10) == 0 ? null : Integer.valueOf(i);
        together.add(key.boundTo(value));
        expected.put(key, value);
        if (together.size() == 1 && more == 0) {
          context = context.withValue(key, value);
        } else if (more == 0) {
          context = context.withValues(together.toArray(new BoundValue[0]));
        }
      }
      if (i == 2_500) {
        snapshot = context;
        expectedThen = new HashMap<>(expected);
      }
    }
    for (Key<Integer> key : keys) {
      assertThat(context.value(key)).as("seed %s, %s", seed, key).isEqualTo(expected.get(key));
      assertThat(snapshot.value(key)).as("seed %s, %s", seed, key).isEqualTo(expectedThen.get(key));
    }
  }

  @Test
  @DisplayName("keys check their names")
  void keys_checkTheirNames() {
    assertThatThrownBy(() -> Key.local(null)).hasMessage("name is null");
    assertThatThrownBy(() -> Key.local("")).hasMessage("name is empty");
    for (String bad : new String[] {"", "Tenant", "1a", "a b", "x-bin", "ä", "a".repeat(65)}) {
      assertThatThrownBy(() -> Key.propagated(bad, ValueCodec.utf8()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining('"' + bad + '"');
    }
    assertThatThrownBy(() -> Key.propagated("a", null)).hasMessage("codec is null");
    Key<String> tenant = Key.propagated("tenant", ValueCodec.utf8());
    assertThat(tenant.isPropagated()).isTrue();
    assertThat(tenant.codec()).isSameAs(ValueCodec.utf8());
    assertThat(tenant.name()).isEqualTo("tenant");
    assertThat(tenant).hasToString("tenant");
    assertThat(NAME.isPropagated()).isFalse();
    assertThat(NAME.codec()).isNull();
  }

  @Test
  @DisplayName("codecs: text both ways, bytes copied, bad bytes refused")
  void codecs() {
    ValueCodec<String> text = ValueCodec.utf8();
    assertThat(text.decode(text.encode("Zürich \u20ac"))).isEqualTo("Zürich \u20ac");
    assertThat(text.isText()).isTrue();
    assertThatThrownBy(() -> text.decode(new byte[] {(byte) 0xff}))
        .isInstanceOf(IllegalArgumentException.class);
    ValueCodec<byte[]> bytes = ValueCodec.bytes();
    byte[] value = {1, 2, 3};
    assertThat(bytes.encode(value)).isEqualTo(value).isNotSameAs(value);
    assertThat(bytes.decode(value)).isEqualTo(value).isNotSameAs(value);
    assertThat(bytes.isText()).isFalse();
  }
}
