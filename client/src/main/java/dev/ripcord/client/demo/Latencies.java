package dev.ripcord.client.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How long the deepest node ran on, over many runs. */
record Latencies(List<Long> micros) {
  private static final double MEDIAN = 0.5;
  private static final double P99 = 0.99;

  /** Of the runs whose deepest node has stopped, in ascending order. */
  static Latencies of(List<Outcome> runs) {
    return new Latencies(
        runs.stream().map(Outcome::deepestMicros).filter(Objects::nonNull).sorted().toList());
  }

  long median() {
    return quantile(MEDIAN);
  }

  long p99() {
    return quantile(P99);
  }

  /** By nearest rank; 0 of nothing. */
  private long quantile(double q) {
    int rank = (int) Math.ceil(q * micros.size());
    return micros.isEmpty() ? 0 : micros.get(Math.max(0, rank - 1));
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runs", micros.size());
    json.put("deepest_median_us", median());
    json.put("deepest_p99_us", p99());
    json.put("deepest_us", micros);
    return json;
  }
}
