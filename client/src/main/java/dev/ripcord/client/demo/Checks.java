package dev.ripcord.client.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Collects what a scenario claims. A claim that fails stops nothing: one wants to see all of them.
 * Single-threaded.
 */
final class Checks {
  private final List<Check> all = new ArrayList<>();

  void that(String claim, boolean holds, Object seen) {
    all.add(new Check(claim, holds, String.valueOf(seen)));
  }

  void same(String claim, Object expected, Object seen) {
    that(claim, Objects.equals(expected, seen), seen + " instead of " + expected);
  }

  /** That there are {@code items} and each is as {@code wanted}; shows those that are not. */
  <T> void each(String claim, List<T> items, Predicate<T> wanted) {
    List<T> others = items.stream().filter(wanted.negate()).toList();
    that(claim, !items.isEmpty() && others.isEmpty(), items.isEmpty() ? "there were none" : others);
  }

  boolean hold() {
    return all.stream().allMatch(Check::holds);
  }

  List<Check> all() {
    return List.copyOf(all);
  }
}
