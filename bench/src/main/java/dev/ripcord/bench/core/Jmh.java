package dev.ripcord.bench.core;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Asks one contender, in a JVM of its own. */
final class Jmh {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final int iterations;
  private final TimeValue warmUp;
  private final TimeValue length;

  /** Each fork warms up for so long, and then measures {@code iterations} times {@code length}. */
  Jmh(int iterations, int warmUpMillis, int lengthMillis) {
    this.iterations = iterations;
    this.warmUp = TimeValue.milliseconds(warmUpMillis);
    this.length = TimeValue.milliseconds(lengthMillis);
  }

  Figures fork(Question question, String method, int threads) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(
                "^" + question.benchmark().getName().replace(".", "\\.") + "\\." + method + "$")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(threads)
            .forks(1)
            .warmupIterations(1)
            .warmupTime(warmUp)
            .measurementIterations(iterations)
            .measurementTime(length)
            .addProfiler(GCProfiler.class)
            // On a busy machine the compiler's thread would not be done when the warm-up is.
            .jvmArgs("-Xms2g", "-Xmx2g", "-XX:-BackgroundCompilation")
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (question.depth() > 0) {
      options.param("depth", Integer.toString(question.depth()));
    }
    return figures(new Runner(options.build()).run());
  }

  private static Figures figures(Collection<RunResult> results) {
    if (results.size() != 1) {
      throw new IllegalStateException("asked one contender, got " + results.size());
    }
    Figures figures = new Figures();
    results.forEach(
        run ->
            run.getBenchmarkResults()
                .forEach(
                    fork ->
                        fork.getIterationResults()
                            .forEach(
                                iteration ->
                                    add(figures, iteration, fork.getParams().getBenchmark()))));
    return figures;
  }

  private static void add(Figures figures, IterationResult iteration, String asked) {
    Result<?> allocated = iteration.getSecondaryResults().get(ALLOCATED);
    if (allocated == null) {
      throw new IllegalStateException("no allocation measured for " + asked);
    }
    figures.nanos().add(iteration.getPrimaryResult().getScore());
    figures.bytes().add(allocated.getScore());
  }
}
