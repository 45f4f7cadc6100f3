package dev.ripcord.bench;

import dev.ripcord.bench.core.CoreGroup;
import java.util.List;

/** All there is to measure, in the order in which it is measured. */
final class Groups {
  static final List<Group> ALL = List.of(new CoreGroup());

  private Groups() {}
}
