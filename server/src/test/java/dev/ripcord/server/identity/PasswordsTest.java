package dev.ripcord.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ripcord.CancelScope;
import dev.ripcord.CanceledException;
import dev.ripcord.Context;
import dev.ripcord.server.CpuPool;
import dev.ripcord.server.WorkLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
  private static final Context CONTEXT = Context.background();

  private final CpuPool pool = new CpuPool("hashes", 2, 16);
  private final Passwords passwords = new Passwords(pool, new WorkLog());

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void onlyTheRightPasswordMatches() throws Exception {
    String hash = Passwords.hash("correct horse alice");
    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
    assertThat(passwords.check(CONTEXT, "correct horse alice", hash)).isTrue();
    assertThat(passwords.check(CONTEXT, "correct horse alicE", hash)).isFalse();
    assertThat(passwords.check(CONTEXT, "", hash)).isFalse();
  }

  @Test
  void twoHashesOfOnePasswordDiffer() {
    assertThat(Passwords.hash("same")).isNotEqualTo(Passwords.hash("same"));
  }

  @Test
  void nobodysPasswordIsNeverRightAfterTheSameWork() throws Exception {
    assertThat(passwords.check(CONTEXT, "correct horse alice", null)).isFalse();
  }

  @Test
  void theFirstThatMatchesEndsTheSearch() throws Exception {
    String hash = Passwords.hash("hunter2");
    assertThat(passwords.firstMatch(CONTEXT, List.of("a", "hunter2", "b"), hash)).isEqualTo(1);
    assertThat(passwords.firstMatch(CONTEXT, List.of("a", "b"), hash)).isEqualTo(2);
  }

  @Test
  void aSearchThatIsCanceledIsAtNothingWhenItReturns() throws Exception {
    String hash = Passwords.hash("hunter2");
    try (CancelScope scope = CONTEXT.withCancel()) {
      FutureTask<Integer> search =
          new FutureTask<>(
              () ->
                  passwords.firstMatch(scope.context(), Collections.nCopies(1_000, "wrong"), hash));
      new Thread(search).start();
      await().until(() -> pool.running() == 1);
      scope.cancel();
      assertThatThrownBy(search::get).hasCauseInstanceOf(CanceledException.class);
      await().until(() -> pool.running() == 0 && pool.queued() == 0);
    }
  }

  @Test
  void manyThreadsDoNotDisturbEachOther() throws Exception {
    List<FutureTask<Boolean>> checks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String right = "password " + i;
      String hash = Passwords.hash(right);
      String said = i % 2 == 0 ? right : "password";
      FutureTask<Boolean> check = new FutureTask<>(() -> passwords.check(CONTEXT, said, hash));
      checks.add(check);
      new Thread(check).start();
    }
    for (int i = 0; i < 6; i++) {
      assertThat(checks.get(i).get()).isEqualTo(i % 2 == 0);
    }
  }

  @Test
  void aStoredHashThatCostsTooMuchIsNotComputed() {
    assertThatThrownBy(
            () ->
                passwords.check(
                    CONTEXT,
                    "x",
                    "$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAA"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("too costly");
    assertThatThrownBy(() -> passwords.check(CONTEXT, "x", "plain text"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not Argon2id");
  }
}
