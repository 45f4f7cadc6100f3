package dev.ripcord.bench.core;

import java.util.ArrayList;
import java.util.List;

/** What one contender needed, round by round: time, and memory allocated, for one operation. */
record Figures(List<Double> nanos, List<Double> bytes) {
  Figures() {
    this(new ArrayList<>(), new ArrayList<>());
  }

  void add(Figures more) {
    nanos.addAll(more.nanos);
    bytes.addAll(more.bytes);
  }
}
