package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.ripcord.Context;
import dev.ripcord.TaskGroup;
import dev.ripcord.bind.ContextProcess;
import dev.ripcord.bind.Processes;
import dev.ripcord.server.WorkLog;
import dev.ripcord.services.db.v1.ArchiveReply;
import io.grpc.Status;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;

/**
 * Rows as a compressed file: what a shell would do by {@code query | gzip}. One task writes what it
 * reads from the database into the pipe, another reads what comes out of it; the process is there
 * from the first moment, and all three end together.
 */
final class Archive {
  static final int MOST_BYTES = 3 * 1024 * 1024; // gRPC's messages may have four

  /** In the order in which they are tried. */
  static final List<List<String>> PROGRAMS = List.of(List.of("gzip", "-c"), ourOwn());

  private final List<List<String>> programs;
  private final WorkLog work;

  /** With the first of these programs that there is. */
  Archive(List<List<String>> programs, WorkLog work) {
    this.programs = programs;
    this.work = work;
  }

  private static List<String> ourOwn() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Gzip.class.getName());
  }

  /** Where the rows come from. */
  interface Source {
    /** Writes all of them, on a thread of its own; how many there were. */
    long writeTo(Writer file) throws IOException;
  }

  /**
   * Compresses what {@code source} writes, under {@code context}.
   *
   * @throws ExecutionException with what went wrong first
   * @throws dev.ripcord.ContextException if the context ended
   * @throws IOException if no program can be started, or it failed
   */
  ArchiveReply.Builder of(Context context, Source source)
      throws IOException, InterruptedException, ExecutionException {
    try (TaskGroup group = TaskGroup.open(context);
        ContextProcess gzip = start(group.context())) {
      WorkLog.Mark mark = work.begin(context, "gzip", gzip.process());
      var unused = gzip.process().onExit().thenRun(mark::close); // also when it was killed
      TaskGroup.Task<Long> rows = group.fork("query", () -> write(source, gzip));
      TaskGroup.Task<ByteString> file = group.fork("gzip", () -> read(gzip));
      group.join();
      int code = gzip.waitFor();
      mark.close();
      if (code != 0) {
        throw new IOException("gzip has failed with exit code " + code);
      }
      return ArchiveReply.newBuilder().setCsvGz(file.get()).setRows(rows.get());
    }
  }

  private ContextProcess start(Context context) throws IOException {
    IOException none = new IOException("there is no gzip");
    for (List<String> program : programs) {
      try {
        return Processes.start(
            context, new ProcessBuilder(program).redirectError(Redirect.DISCARD));
      } catch (IOException e) {
        none.addSuppressed(e);
      }
    }
    throw none;
  }

  private static long write(Source source, ContextProcess gzip) throws IOException {
    try (Writer file =
        new BufferedWriter(new OutputStreamWriter(gzip.process().getOutputStream(), UTF_8))) {
      return source.writeTo(file);
    }
  }

  private static ByteString read(ContextProcess gzip) throws IOException, InterruptedException {
    byte[] file = gzip.call(() -> gzip.process().getInputStream().readNBytes(MOST_BYTES + 1));
    if (file.length > MOST_BYTES) {
      throw Status.OUT_OF_RANGE
          .withDescription(
              "the archive has more than " + MOST_BYTES + " bytes; call Stream instead")
          .asRuntimeException();
    }
    return ByteString.copyFrom(file);
  }
}
