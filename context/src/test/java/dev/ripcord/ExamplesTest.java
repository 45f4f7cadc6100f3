package dev.ripcord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ripcord.ObservedWork.Kind;
import dev.ripcord.testing.FakeTime;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples in the Javadoc: they stand here word for word, so they compile, and they work. */
class ExamplesTest {
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\\n(.*?)\\n *\\* *\\}</pre>", Pattern.DOTALL);

  @Test
  @DisplayName("every example in the Javadoc stands in this file, or in the bindings' one")
  void everyExample_standsHere() throws IOException {
    Path tests = Path.of("src/test/java/dev/ripcord");
    String here =
        withoutSpace(
            Files.readString(tests.resolve("ExamplesTest.java"))
                + Files.readString(tests.resolve("bind/ExamplesTest.java")));
    List<String> examples = new ArrayList<>();
    for (Path file : sources()) {
      Matcher matcher = EXAMPLE.matcher(Files.readString(file));
      while (matcher.find()) {
        String example = matcher.group(1).replaceAll("(?m)^ *\\* ?", "");
        examples.add(example);
        assertThat(here.contains(withoutSpace(example)))
            .as("in %s:%n%s", file.getFileName(), example)
            .isTrue();
      }
    }
    assertThat(examples).hasSizeGreaterThanOrEqualTo(9);
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String root : List.of("src/main/java", "src/test/java/dev/ripcord/testing")) {
      try (Stream<Path> files = Files.walk(Path.of(root))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
      }
    }
    return found;
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s", "");
  }

  private final CancelScope scope = Context.background().withCancel();
  private final Context ctx = scope.context();
  private final Context parent = ctx;
  private int steps;

  private boolean moreToDo() {
    return steps < 3;
  }

  private void step() {
    steps++;
  }

  private void work() {
    steps++;
  }

  private void startWork(Context context) {
    context.run(this::step);
  }

  private boolean userPressedCancel() {
    return steps > 0;
  }

  private void retryElsewhere() {
    steps += 10;
  }

  @Test
  void context() {
    try (CancelScope scope = Context.current().withTimeout(Duration.ofSeconds(2))) {
      Context ctx = scope.context();
      ctx.run(
          () -> {
            while (moreToDo()) {
              ctx.throwIfDone();
              step();
            }
          });
    }
    assertThat(steps).isEqualTo(3);
  }

  private static final Key<String> TENANT = Key.local("tenant");
  private static final Key<String> LOCALE = Key.local("locale");

  @Test
  void contextWithValues() {
    Context ctx = Context.background().withValues(TENANT.boundTo("acme"), LOCALE.boundTo("de"));
    assertThat(ctx.value(TENANT) + ctx.value(LOCALE)).isEqualTo("acmede");
  }

  @Test
  void cancelScope() {
    try (CancelScope scope = parent.withCancel()) {
      startWork(scope.context());
      if (userPressedCancel()) {
        scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
      }
    } // everything below has ended here
    assertThat(steps).isEqualTo(1);
  }

  @Test
  void cancellation() {
    scope.cancel(Reason.SHUTDOWN);
    Cancellation c = ctx.cancellation();
    if (c != null && c.reason().hasCodeOf(Reason.SHUTDOWN)) {
      retryElsewhere();
    }
    assertThat(steps).isEqualTo(10);
  }

  @Test
  void deadline() throws IOException {
    try (Socket socket = new Socket()) {
      Deadline deadline = Deadline.after(Duration.ofMillis(300));
      socket.setSoTimeout(
          (int) Math.max(1, deadline.remaining().toMillis())); // 0 would be for ever
      assertThat(socket.getSoTimeout()).isBetween(1, 300);
    }
  }

  private static final class OfKey {
    static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());
    Context ctx = Context.background().withValue(TENANT, "acme");
    String tenant = ctx.value(TENANT); // acme
  }

  @Test
  void key() {
    assertThat(new OfKey().tenant).isEqualTo("acme");
  }

  @Test
  void reason() {
    scope.cancel(Reason.USER_CANCELED.withMessage("pressed cancel"));
    scope.cancel(Reason.of("QUOTA_EXHAUSTED", "tenant acme is out of budget"));
    assertThat(ctx.cancellation().reason().message()).isEqualTo("pressed cancel");
  }

  @Test
  void registration() {
    Thread worker = Thread.currentThread();
    Registration hook = ctx.onDone(c -> worker.interrupt());
    try {
      work();
    } finally {
      hook.stopOrJoin(); // no interrupt can reach what this thread does next
    }
    scope.cancel();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(steps).isEqualTo(1);
  }

  private record Profile(String name) {}

  private record Report(String title) {}

  private static final class Identity {
    Profile getProfile(String user) {
      return new Profile(user);
    }
  }

  private static final class Db {
    Report report(String user) {
      return new Report("orders of " + user);
    }
  }

  private final Identity identity = new Identity();
  private final Db db = new Db();

  private static String merge(Profile profile, Report report) {
    return profile.name() + ": " + report.title();
  }

  private String fanOut(String user) throws InterruptedException, ExecutionException {
    try (TaskGroup group = TaskGroup.open(Context.current())) {
      TaskGroup.Task<Profile> profile = group.fork("identity", () -> identity.getProfile(user));
      TaskGroup.Task<Report> report = group.fork("db", () -> db.report(user));
      group.join();
      return merge(profile.get(), report.get());
    } // nothing of the group is running any more
  }

  @Test
  void taskGroup() throws Exception {
    assertThat(fanOut("alice")).isEqualTo("alice: orders of alice");
  }

  @Test
  void leakDetector() {
    Queue<Leak> found = new ConcurrentLinkedQueue<>();
    LeakDetector.start(1, leak -> found.add(leak)); // in tests: watch all
    LeakDetector.stop();
    assertThat(found).isEmpty();
  }

  @Test
  void fakeTime() {
    FakeTime time = new FakeTime();
    CancelScope scope = time.background().withTimeout(Duration.ofSeconds(5));
    time.advance(Duration.ofSeconds(5));
    assertTrue(scope.context().isDone());
  }

  /** Stands in the Javadoc, where a line that begins with an annotation reads badly. */
  @SuppressWarnings("MissingOverride") // see above
  public final class Stubborn implements WorkObserver {
    public boolean observes(Context context) {
      return true;
    }

    public void lingers(ObservedWork work) {
      System.out.println(work.name() + " has been told to stop: " + work.cancellation());
    }
  }

  @Test
  void work_thatIsDeclaredToLinger() {
    Context context = ctx;
    Thread executingThread = Thread.currentThread();
    scope.cancel(Reason.USER_CANCELED);
    Cancellation why = java.util.Objects.requireNonNull(context.cancellation());
    ObservedWork lingering =
        ObservedWork.lingering(Kind.STATEMENT, "", context, why, executingThread);
    cancelIt();
    lingering.end(); // when it has returned
    assertThat(lingering.hasReturned()).isTrue();
    assertThat(lingering.cancellation()).isSameAs(why);
    assertThat(new Stubborn().observes(context)).isTrue();
  }

  private void cancelIt() {
    step();
  }
}
