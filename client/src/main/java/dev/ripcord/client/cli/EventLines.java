package dev.ripcord.client.cli;

import dev.ripcord.proto.v1.Event;
import dev.ripcord.proto.v1.Node;
import io.grpc.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What happens, line by line: for people, or each line a JSON object. */
final class EventLines implements WatchCommand.Show {
  private final Terminal terminal;
  private final boolean json;
  private final Set<String> silent = new HashSet<>(); // complained about, and not heard of since

  EventLines(Terminal terminal, boolean json) {
    this.terminal = terminal;
    this.json = json;
  }

  @Override
  public void told(WatchCommand.Told told) {
    Event event = told.event();
    Status end = told.end();
    if (event != null) {
      silent.remove(told.instance());
      terminal.out().println(json ? json(told.instance(), event) : line(event));
    } else if (end != null && silent.add(told.instance())) {
      OperatorCommand.complain(told.instance(), end);
    }
  }

  @Override
  public void refresh() {
    terminal.out().flush();
  }

  private String line(Event event) {
    Node node = event.getNode();
    String type =
        String.format(Locale.ROOT, "%-7s", event.getType().name().toLowerCase(Locale.ROOT));
    String line =
        Instant.now().truncatedTo(ChronoUnit.MILLIS)
            + "  "
            + terminal.styled(RequestTable.style(node.getState()), type)
            + "  "
            + Words.hex(node.getRequestId())
            + "  "
            + Words.process(node)
            + "  "
            + Words.method(node)
            + (node.getDoing().isEmpty() ? "" : " (" + Words.safe(node.getDoing()) + ")")
            + "  "
            + Words.time(Words.duration(node.getAge()));
    return node.hasCancellation() ? line + "  " + Words.why(node.getCancellation(), " -> ") : line;
  }

  private static String json(String instance, Event event) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("event", event.getType().name());
    json.put("instance", instance);
    json.put("node", MessageJson.of(event.getNode(), false));
    return Json.line(json);
  }
}
