package dev.ripcord.client.cli;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ripcord tree}. */
@Command(
    name = "tree",
    description =
        "Shows one request over all services: who handles what, for how long, in what state and"
            + " why; where that is which ignores its end.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class TreeCommand extends OperatorCommand {
  @Parameters(paramLabel = "ID", description = "The request, as `ripcord ps` shows it.")
  private String id = "";

  @Option(
      names = "--stacks",
      description = "Show the whole stacks of what is overdue, not only whose code it is in.")
  private boolean stacks;

  /** For picocli. */
  public TreeCommand() {}

  @Override
  int run(Instances instances, Terminal terminal) throws InterruptedException {
    RequestId request = options.requestId(id);
    ListRequest question =
        ListRequest.newBuilder()
            .setRequestId(Instances.bytes(request))
            .setIncludeStopped(true)
            .build();
    List<Answer<List<Node>>> answers = instances.list(question, options.timeout);
    List<Node> nodes = new ArrayList<>();
    answered(answers).forEach(nodes::addAll);
    List<Requests.One> found = Requests.of(nodes);
    if (options.json) {
      terminal.out().print(Json.write(json(request, found, answers)));
    } else {
      found.forEach(
          one -> RequestTree.lines(one, terminal, stacks).forEach(terminal.out()::println));
    }
    if (found.isEmpty() && !options.json) {
      System.err.println("ripcord: nothing is known of request " + request);
    }
    return found.isEmpty() ? ExitCode.FAILED : code(answers);
  }

  private static Map<String, Object> json(
      RequestId request, List<Requests.One> found, List<Answer<List<Node>>> answers) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("request_id", request.toString());
    List<Object> nodes = new ArrayList<>();
    found.forEach(one -> one.nodes().forEach(node -> nodes.add(MessageJson.of(node, false))));
    json.put("nodes", nodes);
    json.put("unreachable", unreachable(answers));
    return json;
  }
}
