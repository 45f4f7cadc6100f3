package dev.ripcord.client.cli;

import com.google.protobuf.ByteString;
import dev.ripcord.Reason;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.CancelReply;
import dev.ripcord.proto.v1.CancelRequest;
import dev.ripcord.proto.v1.Node;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ripcord cancel}. */
@Command(
    name = "cancel",
    description = {
      "Ends a request in every service, by its id. What has not arrived yet is ended when it does,"
          + " for a minute."
    },
    footer = {
      "",
      "For instance:",
      "  ripcord cancel 4bf92f3577b34da6a3ce929d0e0e4736 --message 'too heavy' --wait",
      "",
      "Exit codes: 0 done; 1 no instance answered, or with --wait not everything has stopped in"
          + " time; 2 wrong usage."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class CancelCommand extends OperatorCommand {
  private static final int CONTEXT_DIGITS = 16;

  @Parameters(
      paramLabel = "ID",
      description =
          "The request, 32 hex digits, as `ripcord ps` shows it: all of it, also what it has"
              + " detached from itself. Or one call of it, 16 hex digits, and what that has called,"
              + " but not what is detached.")
  private String id = "";

  @Option(
      names = "--code",
      paramLabel = "CODE",
      defaultValue = "ADMIN",
      description = "The reason, for machines: UPPER_SNAKE (default: ${DEFAULT-VALUE}).")
  private String code = "ADMIN";

  @Option(
      names = "--message",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "The reason, for people.")
  private String message = "";

  @Option(names = "--dry-run", description = "Say what would end, end nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      description = "Until the handlers have returned, or the time of --timeout is over.")
  private boolean wait;

  /** For picocli. */
  public CancelCommand() {}

  @Override
  int run(Instances instances, Terminal terminal) throws InterruptedException {
    List<Answer<CancelReply>> answers = instances.cancel(request(), options.timeout);
    List<CancelReply> replies = answered(answers);
    int found = replies.stream().mapToInt(CancelReply::getFound).sum();
    int stopped = replies.stream().mapToInt(CancelReply::getStopped).sum();
    if (options.json) {
      terminal.out().print(Json.write(json(answers, found, stopped)));
    } else {
      print(replies, terminal);
      terminal.out().println(summary(found, stopped, answers.size() - replies.size()));
    }
    return wait && !dryRun && stopped < found ? ExitCode.FAILED : code(answers);
  }

  private CancelRequest request() {
    if (!Reason.isCode(code)) {
      throw options.wrong("--code \"" + Words.safe(code) + "\" is not UPPER_SNAKE");
    }
    CancelRequest.Builder request =
        CancelRequest.newBuilder()
            .setReason(dev.ripcord.proto.v1.Reason.newBuilder().setCode(code).setMessage(message))
            .setDryRun(dryRun)
            .setWaitStopped(wait);
    if (id.length() == CONTEXT_DIGITS) {
      return request.setContextId(contextId()).build();
    }
    return request.setRequestId(Instances.bytes(options.requestId(id))).build();
  }

  private ByteString contextId() {
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(id));
    } catch (IllegalArgumentException e) {
      throw options.wrong("\"" + Words.safe(id) + "\" is not hexadecimal");
    }
  }

  private static void print(List<CancelReply> replies, Terminal terminal) {
    for (CancelReply reply : replies) {
      for (Node node : reply.getNodesList()) {
        String state = RequestTable.state(node.getState());
        terminal
            .out()
            .println(
                terminal.styled(Terminal.Style.STRONG, Words.process(node))
                    + "  "
                    + Words.method(node)
                    + "  "
                    + terminal.styled(RequestTable.style(node.getState()), state));
      }
    }
  }

  private String summary(int found, int stopped, int silent) {
    String calls = RequestTable.plural(found, "call");
    if (dryRun) {
      return "Would cancel " + calls + ".";
    }
    if (found == 0 && silent > 0) {
      return "Nothing of it was found; whoever did not answer may have it.";
    }
    if (found == 0) {
      return "Nothing of it runs here yet; what arrives within a minute is canceled.";
    }
    return "Canceled " + calls + (wait ? "; " + stopped + " have stopped." : ".");
  }

  private Map<String, Object> json(List<Answer<CancelReply>> answers, int found, int stopped) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("dry_run", dryRun);
    json.put("found", found);
    json.put("stopped", stopped);
    List<Object> nodes = new ArrayList<>();
    for (Answer<CancelReply> answer : answers) {
      if (answer.isAnswered()) {
        answer.get().getNodesList().forEach(node -> nodes.add(MessageJson.of(node, false)));
      }
    }
    json.put("nodes", nodes);
    json.put("unreachable", unreachable(answers));
    return json;
  }
}
