package dev.ripcord.server.db;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that runs a PostgreSQL server for as long as a pipe from this process is
 * open. It breaks when this process closes it and just as well when this process is killed: there
 * is one way to stop, and no way not to.
 */
final class Supervisor implements AutoCloseable {
  private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

  // $1: the signal that stops the server; $2: its log file; $3: a folder to delete afterwards, or
  // empty; the rest: the server.
  // One subshell waits for the end of the pipe, while the shell itself waits for the end of the
  // server, so that both are seen.
  // The signal is repeated, since a server that has only just been started does not listen to it
  // yet.
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      signal=$1; log=$2; folder=$3; shift 3
      exec 3<&0
      "$@" >>"$log" 2>&1 </dev/null 3<&- &
      server=$!
      (
        read -r end <&3
        while kill -s "$signal" "$server" 2>/dev/null; do sleep 0.05; done
      ) &
      reader=$!
      exec 3<&- </dev/null
      wait "$server"
      status=$?
      kill -s KILL "$reader" 2>/dev/null
      wait "$reader" 2>/dev/null
      if [ -n "$folder" ]; then rm -rf "$folder"; fi
      exit "$status"
      """;

  private final Process shell;

  private Supervisor(Process shell) {
    this.shell = shell;
  }

  /** What to run, and how to end it. */
  record Task(List<String> server, String stopSignal, Path logFile, String deleteAfterwards) {}

  /** Starts the shell, which starts the server. */
  static Supervisor start(Task task) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "ripcord-supervisor"));
    command.addAll(List.of(task.stopSignal(), task.logFile().toString(), task.deleteAfterwards()));
    command.addAll(task.server());
    return new Supervisor(startApart(command));
  }

  /**
   * In a session of its own where that can be had: a Ctrl-C in the terminal is sent to everything
   * in this process's session, and the database must not end before the calls that use it.
   */
  private static Process startApart(List<String> command) throws IOException {
    List<String> apart = new ArrayList<>(List.of("setsid"));
    apart.addAll(command);
    try {
      return start(apart);
    } catch (IOException e) {
      return start(command); // no setsid here
    }
  }

  private static Process start(List<String> command) throws IOException {
    // Our own output must not be held open by it: whoever reads that waits for its end.
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("/").toFile())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    builder.environment().put("LC_ALL", "C"); // what is looked for in the log must be found
    return builder.start();
  }

  /** Whether the server has not ended yet. */
  boolean isRunning() {
    return shell.isAlive();
  }

  /** Whether the server, or something it started, has this process id. */
  boolean owns(long pid) {
    return shell.descendants().anyMatch(process -> process.pid() == pid);
  }

  /** Stops the server and waits until it is gone, and what is to be deleted with it. */
  @Override
  public void close() throws IOException {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS)) {
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        throw new IOException(
            "PostgreSQL did not stop within " + LONGEST_STOP.toSeconds() + " s and was killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // it stops all the same
    }
  }
}
