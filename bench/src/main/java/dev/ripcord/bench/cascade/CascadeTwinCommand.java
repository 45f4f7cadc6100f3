package dev.ripcord.bench.cascade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ripcord bench cascade-twin}. */
@Command(
    name = "cascade-twin",
    description = {
      "How long after a cancel at the edge the deepest handler (gateway, identity, db) returns, SQL and all: Ripcord's services"
          + " beside the same tree made of bare grpc-java, on the same PostgreSQL.",
      "",
      "Half of the twin's runs come before Ripcord's and half after, so that a machine that gets slower or faster meanwhile"
          + " favours nobody."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class CascadeTwinCommand implements Callable<Integer> {
  private static final Pattern DEEPEST = Pattern.compile("\"deepest_us\": \\[([^\\]]*)\\]");
  private static final double MICROS_PER_MILLI = 1e3;
  private static final int WARM_UP = 20;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "200",
      description = "Cancels on each side; 200.")
  private int runs;

  @Option(
      names = "--max-ratio",
      paramLabel = "R",
      defaultValue = "1.5",
      description = "Fail if Ripcord's median is more than this many times the twin's; 1.5.")
  private double maxRatio;

  /** For picocli. */
  public CascadeTwinCommand() {}

  @Override
  public Integer call() throws Exception {
    Path serverJar =
        Path.of(
            Objects.requireNonNull(
                System.getProperty("ripcord.server.jar"), "start with ./ripcord bench"));
    List<Long> twins = new ArrayList<>();
    List<Long> ripcords;
    int lost;
    try (Database database = Database.start(serverJar);
        Twin twin = Twin.start(database)) {
      System.out.println("bare grpc-java, first half");
      measure(twin, WARM_UP);
      twins.addAll(measure(twin, runs / 2));
      System.out.println("Ripcord");
      ripcords = demo(database, serverJar);
      System.out.println("bare grpc-java, second half");
      twins.addAll(measure(twin, runs - runs / 2));
      lost = twin.lostCancels();
    }
    int code = report(sorted(twins), sorted(ripcords));
    System.out.println(
        "runs of the twin in which a canceled statement ran on for seconds: " + lost);
    return code;
  }

  private static List<Long> measure(Twin twin, int times) throws Exception {
    List<Long> micros = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      micros.add(twin.cancelOnce());
    }
    return micros;
  }

  /** Ripcord's side is the demo itself; its first runs warm it up. */
  private List<Long> demo(Database database, Path serverJar)
      throws IOException, InterruptedException {
    Path json = Files.createTempFile("ripcord-bench-", ".json");
    try (Child demo =
        Child.java(
            "demo",
            database.environment(),
            "-Dripcord.server.jar=" + serverJar,
            "-cp",
            System.getProperty("java.class.path"),
            "dev.ripcord.client.Main",
            "demo",
            "--only",
            "cancel",
            "--repeat",
            Integer.toString(runs),
            "--json",
            json.toString())) {
      int code = demo.awaitEnd(System.out);
      if (code != 0) {
        throw new IllegalStateException("the demo failed");
      }
      return deepest(Files.readString(json));
    } finally {
      Files.deleteIfExists(json);
    }
  }

  private static List<Long> deepest(String json) {
    Matcher matcher = DEEPEST.matcher(json);
    if (!matcher.find()) {
      throw new IllegalStateException("the demo wrote no latencies");
    }
    return Arrays.stream(matcher.group(1).strip().split("\\s*,\\s*", -1))
        .map(Long::valueOf)
        .toList();
  }

  private static List<Long> sorted(List<Long> micros) {
    return micros.stream().sorted().toList();
  }

  private int report(List<Long> twin, List<Long> ripcord) {
    double ratio = (double) quantile(ripcord, 0.5) / quantile(twin, 0.5);
    System.out.println();
    System.out.println("from the cancel at the edge to the return of the deepest handler:");
    line("bare grpc-java", twin);
    line("Ripcord", ripcord);
    System.out.printf(
        Locale.ROOT, "ratio of the medians: %.2f (wanted: at most %.2f)%n", ratio, maxRatio);
    return ratio <= maxRatio ? 0 : 1;
  }

  private static void line(String name, List<Long> micros) {
    System.out.printf(
        Locale.ROOT,
        "  %-15s %4d runs   median %6.2f ms   p90 %6.2f ms   p99 %6.2f ms%n",
        name,
        micros.size(),
        quantile(micros, 0.5) / MICROS_PER_MILLI,
        quantile(micros, 0.9) / MICROS_PER_MILLI,
        quantile(micros, 0.99) / MICROS_PER_MILLI);
  }

  private static long quantile(List<Long> sorted, double q) {
    return sorted.get(Math.max(0, (int) Math.ceil(q * sorted.size()) - 1));
  }
}
