package dev.ripcord.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.Context;
import dev.ripcord.ContextStorage;
import dev.ripcord.Key;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The current context lives inside io.grpc.Context. */
class GrpcContextStorageTest {
  private static final Key<String> NAME = Key.local("name");
  private static final io.grpc.Context.Key<String> GRPC_NAME = io.grpc.Context.key("name");

  private final Context a = Context.background().withValue(NAME, "a");
  private final Context b = Context.background().withValue(NAME, "b");

  @Test
  void itIsTheOneInUse() {
    a.run(() -> assertThat(io.grpc.Context.current()).isNotSameAs(io.grpc.Context.ROOT));
    assertThat(io.grpc.Context.current()).isSameAs(io.grpc.Context.ROOT);
    assertThat(Context.current()).isSameAs(Context.background());
  }

  @Test
  void bindingsNest() {
    a.run(
        () -> {
          assertThat(Context.current()).isSameAs(a);
          b.run(() -> assertThat(Context.current()).isSameAs(b));
          a.run(() -> assertThat(Context.current()).isSameAs(a));
          assertThat(Context.current()).isSameAs(a);
        });
  }

  @Test
  void whatOthersPutIntoGrpcsContext_stays() {
    io.grpc.Context.current()
        .withValue(GRPC_NAME, "x")
        .run(
            () ->
                a.run(
                    () -> {
                      assertThat(GRPC_NAME.get()).isEqualTo("x");
                      io.grpc.Context.current()
                          .withValue(GRPC_NAME, "y")
                          .run(
                              () -> {
                                assertThat(Context.current()).isSameAs(a);
                                b.run(
                                    () -> {
                                      assertThat(GRPC_NAME.get()).isEqualTo("y");
                                      assertThat(Context.current()).isSameAs(b);
                                    });
                              });
                    }));
  }

  @Test
  void grpcsWrappersCarryIt() throws Exception {
    AtomicReference<Context> seen = new AtomicReference<>();
    AtomicReference<Runnable> wrapped = new AtomicReference<>();
    a.run(() -> wrapped.set(io.grpc.Context.current().wrap(() -> seen.set(Context.current()))));
    Thread thread = new Thread(wrapped.get());
    thread.start();
    thread.join();
    assertThat(seen).hasValue(a);
  }

  /** io.grpc logs SEVERE when its chain is 1,000 long. */
  @Test
  void aLongChainOfBindings_eachCarriedToTheNext_doesNotGrow() {
    try (Logs logs = Logs.watch()) {
      AtomicReference<io.grpc.Context> last = new AtomicReference<>(io.grpc.Context.current());
      for (int i = 0; i < 3_000; i++) {
        Context next = Context.background().withValue(NAME, "n" + i);
        last.get().run(() -> next.run(() -> last.set(io.grpc.Context.current())));
      }
      assertThat(logs.seen()).isEmpty();
    }
  }

  @Test
  void closingABinding_bringsBackWhatWasThere() {
    ContextStorage storage = new GrpcContextStorage();
    ContextStorage.Binding outer = storage.attach(a);
    ContextStorage.Binding inner = storage.attach(b);
    inner.close();
    assertThat(storage.current()).isSameAs(a);
    outer.close();
    assertThat(storage.current()).isNull();
  }
}
