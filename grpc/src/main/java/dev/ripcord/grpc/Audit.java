package dev.ripcord.grpc;

import dev.ripcord.Reason;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * The trail of what operators did: one line for each cancel, and for each call that was refused, on
 * the logger {@code dev.ripcord.audit}.
 */
final class Audit {
  private static final Logger LOG = System.getLogger("dev.ripcord.audit");

  private Audit() {}

  static void canceled(Operator operator, String target, Reason reason, int found, boolean dryRun) {
    String did = dryRun ? " would have canceled " : " canceled ";
    LOG.log(
        Level.INFO,
        () -> operator + did + target + " with " + reason + ": " + found + " calls here");
  }

  static void refused(Operator operator, String method) {
    LOG.log(Level.INFO, () -> operator + " was refused " + method);
  }
}
