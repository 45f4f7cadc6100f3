package dev.ripcord.server.db;

import java.io.IOException;
import java.util.zip.GZIPOutputStream;

/** The program gzip, as far as it is needed here, for machines that have none. */
final class Gzip {
  private Gzip() {}

  /** Compresses standard input to standard output. */
  public static void main(String[] arguments) throws IOException {
    GZIPOutputStream compressed = new GZIPOutputStream(System.out);
    System.in.transferTo(compressed);
    compressed.finish();
    System.out.flush();
  }
}
