package dev.ripcord.client.cli;

import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Instances.Answer;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ripcord ps}. */
@Command(
    name = "ps",
    description =
        "Shows what runs, everywhere: one line for each request, and below it where that is which"
            + " ignores its end.",
    footer = {
      "",
      "For instance:",
      "  ripcord ps --instance 127.0.0.1:50050 --instance 127.0.0.1:50051",
      "  RIPCORD_INSTANCES=dns:///orders.example:50050 ripcord ps --json"
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class PsCommand extends OperatorCommand {
  @Option(
      names = {"-a", "--all"},
      description = "Also what has lately stopped.")
  private boolean all;

  @Option(
      names = "--stacks",
      description = "Show the whole stacks of what is overdue, not only whose code it is in.")
  private boolean stacks;

  /** For picocli. */
  public PsCommand() {}

  @Override
  int run(Instances instances, Terminal terminal) throws InterruptedException {
    ListRequest question = ListRequest.newBuilder().setIncludeStopped(all).build();
    List<Answer<List<Node>>> answers = instances.list(question, options.timeout);
    List<Node> nodes = new ArrayList<>();
    List<List<Node>> answered = answered(answers);
    answered.forEach(nodes::addAll);
    List<Requests.One> requests = Requests.of(nodes);
    if (options.json) {
      terminal.out().print(Json.write(json(requests, answers)));
    } else {
      print(requests, answered.size(), terminal);
    }
    return code(answers);
  }

  private void print(List<Requests.One> requests, int instances, Terminal terminal) {
    RequestTable table = new RequestTable(terminal);
    OverdueLines overdue = new OverdueLines(terminal, stacks);
    StringBuilder text = new StringBuilder();
    if (!requests.isEmpty()) {
      text.append(table.head()).append('\n');
      for (Requests.One request : requests) {
        text.append(table.line(request)).append('\n');
        request.nodes().forEach(node -> append(overdue.of(node), node, text));
      }
    }
    int calls = requests.stream().mapToInt(request -> request.nodes().size()).sum();
    text.append(RequestTable.count(requests.size(), calls, instances)).append('\n');
    PrintStream out = terminal.out();
    out.print(text);
    out.flush();
  }

  private static void append(List<String> overdue, Node node, StringBuilder text) {
    if (!overdue.isEmpty()) {
      text.append("  ").append(Words.process(node)).append("  ").append(Words.method(node));
      text.append('\n');
      overdue.forEach(line -> text.append("    ").append(line).append('\n'));
    }
  }

  private static Map<String, Object> json(
      List<Requests.One> requests, List<Answer<List<Node>>> answers) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("requests", requests.stream().map(PsCommand::json).toList());
    json.put("unreachable", unreachable(answers));
    return json;
  }

  private static Map<String, Object> json(Requests.One request) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("request_id", Words.hex(request.id()));
    json.put("state", request.state().name());
    json.put("age", seconds(request.age()));
    json.put("nodes", request.nodes().stream().map(node -> MessageJson.of(node, false)).toList());
    return json;
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
