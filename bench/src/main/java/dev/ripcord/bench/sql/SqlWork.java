package dev.ripcord.bench.sql;

/** Something to do with a database. */
interface SqlWork {
  void run() throws Exception;
}
