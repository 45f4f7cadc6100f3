package dev.ripcord.jdbc;

import dev.ripcord.Registration;

/** What is left to do when a driver does not let go. */
interface LastResort {

  /** Runs {@code then}, on a thread of its own, when the grace from now on is over. */
  Registration begin(Runnable then);

  /** Gives the connection up, and does not wait for it. */
  void abandon();

  /** How long the grace is. */
  String grace();
}
