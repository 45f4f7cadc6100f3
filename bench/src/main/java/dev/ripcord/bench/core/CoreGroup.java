package dev.ripcord.bench.core;

import dev.ripcord.bench.GoProgram;
import dev.ripcord.bench.Group;
import dev.ripcord.bench.Pictures;
import dev.ripcord.bench.Rounds;
import dev.ripcord.bench.Row;
import dev.ripcord.bench.Run;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.RunnerException;

/** Group {@code core}: the operations of the tree. */
public final class CoreGroup implements Group {

  private static final String GO = "go"; // among the contenders, for the Go program
  private static final int MILLIS = 25; // of one measurement: short, so that some are undisturbed

  /** For the command. */
  public CoreGroup() {}

  @Override
  public String name() {
    return "core";
  }

  @Override
  public String purpose() {
    return "what each operation of the tree costs, and allocates";
  }

  @Override
  public Duration budget() {
    return Duration.ofSeconds(90);
  }

  @Override
  public void run(Run run) throws Exception {
    if (!GoProgram.canBuild()) {
      new Asking(run, null).all();
      return;
    }
    try (GoProgram go = GoProgram.build("context")) {
      new Asking(run, go).all();
    }
  }

  /** One run of it. */
  private static final class Asking {
    private final Run run;
    private final Jmh jmh;
    private final int forks;
    private final int iterations;
    private final @Nullable GoProgram go; // null: there is no go here
    private final List<String> behind = new ArrayList<>();

    Asking(Run run, @Nullable GoProgram go) {
      this.run = run;
      this.go = go;
      this.forks = run.quick() ? 2 : 4;
      this.iterations = run.quick() ? 6 : 16;
      this.jmh =
          run.quick() ? new Jmh(iterations, 250, MILLIS) : new Jmh(iterations, 2_000, 5 * MILLIS);
    }

    void all() throws IOException, InterruptedException, RunnerException {
      for (Question question : Question.ALL_QUESTIONS) {
        for (int threads : question.threads()) {
          ask(question, threads);
        }
      }
      run.plot(Pictures.ratios("What an operation costs, beside each peer", run.rows("core")));
      run.note(
          behind.isEmpty()
              ? "ahead of every peer on the JVM in every row"
              : "not ahead of: " + String.join("; ", behind));
    }

    private void ask(Question question, int threads)
        throws IOException, InterruptedException, RunnerException {
      Map<String, Figures> figures = figures(question, threads);
      String name = question.rowName(threads);
      report(question, figures, name, "ns/op");
      if (question.allocation() && threads == 1) {
        report(question, figures, question.name() + ", allocated", "B/op");
      }
    }

    /** Fork by fork; who begins changes from one to the next. */
    private Map<String, Figures> figures(Question question, int threads)
        throws IOException, InterruptedException, RunnerException {
      List<String> contenders = new ArrayList<>(question.measurable());
      contenders.add(0, question.ours());
      if (go != null) {
        contenders.add(GO);
      }
      Map<String, Figures> figures = new HashMap<>();
      for (int fork = 0; fork < question.forks(forks, threads); fork++) {
        for (int i = 0; i < contenders.size(); i++) {
          String method = contenders.get(fork % 2 == 0 ? i : contenders.size() - 1 - i);
          figures
              .computeIfAbsent(method, m -> new Figures())
              .add(contend(question, method, threads));
        }
      }
      return figures;
    }

    private Figures contend(Question question, String method, int threads)
        throws IOException, InterruptedException, RunnerException {
      return GO.equals(method)
          ? GoContext.ask(Objects.requireNonNull(go), question.go(), threads, iterations, MILLIS)
          : jmh.fork(question, method, threads);
    }

    private void report(Question question, Map<String, Figures> figures, String name, String unit) {
      List<Double> ours = in(unit, Objects.requireNonNull(figures.get(question.ours())));
      for (String method : question.peers().keySet()) {
        String peer = question.peer(method);
        Row row = row(name, unit, ours, peer, figures.get(method), Question.missing(method));
        run.row(row);
        if (row.ratio() != null && row.ratio() >= 1 && !Question.isFloor(peer)) {
          behind.add(peer + " at " + name);
        }
      }
      run.row(row(name, unit, ours, GoContext.NAME, figures.get(GO), "no go on the PATH"));
    }

    private static List<Double> in(String unit, Figures figures) {
      return "ns/op".equals(unit) ? figures.nanos() : figures.bytes();
    }

    private static Row row(
        String name,
        String unit,
        List<Double> ours,
        String peer,
        @Nullable Figures figures,
        @Nullable String why) {
      if (figures == null) {
        return Row.without(
            "core", name, unit, Rounds.quantile(ours, 0.5), peer, String.valueOf(why));
      }
      return Row.lessIsBetter("core", name, unit, peer, Rounds.of(ours, in(unit, figures)));
    }
  }
}
