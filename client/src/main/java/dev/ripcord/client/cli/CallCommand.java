package dev.ripcord.client.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ripcord call}: what to call is a subcommand. */
@Command(
    name = "call",
    description = {
      "Makes one request and prints its answer. Ctrl-C cancels it, in every process it has reached."
    },
    footer = {
      "",
      "For instance:",
      "  ripcord call overview --user alice --password 'correct horse alice' --load heavy --timeout 5s \\",
      "      --value tenant=acme --gateway 127.0.0.1:50050",
      "  ripcord call query sales_report region=north --db 127.0.0.1:50052 --json",
      "",
      "Addresses can also come from the environment: RIPCORD_GATEWAY, RIPCORD_IDENTITY, RIPCORD_DB, RIPCORD_TOKEN.",
      "Nothing runs yet? `ripcord demo --keep` starts everything and prints the addresses.",
      "",
      "Exit codes: 0 answered; 1 failed; 2 wrong usage; 124 the time was over; 125 canceled by somebody else; 130 Ctrl-C."
    },
    subcommands = {
      GatewayCalls.Overview.class,
      GatewayCalls.Login.class,
      GatewayCalls.Export.class,
      GatewayCalls.AnswerLeak.class,
      IdentityCalls.Profile.class,
      IdentityCalls.FindLeaked.class,
      DbCalls.Query.class,
      DbCalls.Stream.class,
      DbCalls.Archive.class,
      DbCalls.Execute.class,
      DbCalls.Queries.class,
      DbCalls.Activity.class,
      TokenCalls.Verify.class,
      TokenCalls.Introspect.class,
      TokenCalls.Revoke.class,
      TokenCalls.RotateKey.class
    },
    mixinStandardHelpOptions = true)
public final class CallCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create(); // set by picocli

  /** For picocli. */
  public CallCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Which call? One of: " + String.join(", ", spec.subcommands().keySet()));
  }
}
