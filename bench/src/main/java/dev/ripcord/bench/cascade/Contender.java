package dev.ripcord.bench.cascade;

import java.util.List;

/** Whose cancels are compared. */
enum Contender {
  /** Ours. */
  RIPCORD("ripcord", "Ripcord"),
  /** grpc-java and its context, in the same processes as ours. */
  BARE("bare", "bare grpc-java"),
  /** The same trees in Go. */
  GRPC_GO("grpc-go", "grpc-go"),
  /** The same in Finagle, whose cancel carries a string. */
  FINAGLE("finagle", "Finagle mux");

  private final String variant;
  private final String title;

  Contender(String variant, String title) {
    this.variant = variant;
    this.title = title;
  }

  /** What its edge calls it. */
  String variant() {
    return variant;
  }

  /** What a row calls it. */
  String title() {
    return title;
  }

  /** Whether its code gets faster while it runs. */
  boolean warmsUp() {
    return this != GRPC_GO;
  }

  /** All but ours. */
  static List<Contender> peers() {
    return List.of(values()).subList(1, values().length);
  }
}
