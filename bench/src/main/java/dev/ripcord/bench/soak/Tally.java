package dev.ripcord.bench.soak;

import org.jspecify.annotations.Nullable;

/** What all processes of a side have counted. For one thread. */
final class Tally {
  private static final int EXAMPLE = 4; // words before it, in a line of Ends

  long good;
  long excused;
  long unexplained;
  long lost;
  long told; // handlers that waited and ended for the right reason
  long untold; // calls whose callee could not be told
  long killed; // handlers that ended with their caller
  long wrong;
  int calleesKilled;
  int callersKilled;
  @Nullable String example; // of what is unexplained or wrong

  /** A line of a {@link Caller}. */
  void calls(String line) {
    String[] words = line.split(" ", EXAMPLE);
    good += Long.parseLong(words[0]);
    excused += Long.parseLong(words[1]);
    unexplained += Long.parseLong(words[2]);
    keep(words[3]);
  }

  /** A line of {@link Ends}. */
  void ends(String line) {
    String[] words = line.split(" ", EXAMPLE + 1);
    told += Long.parseLong(words[0]);
    killed += Long.parseLong(words[2]);
    wrong += Long.parseLong(words[3]);
    keep(words[4]);
  }

  private void keep(String newExample) {
    if (example == null && !newExample.isBlank()) {
      example = newExample;
    }
  }
}
