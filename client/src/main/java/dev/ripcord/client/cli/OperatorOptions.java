package dev.ripcord.client.cli;

import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.operator.Instances;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where to look, and how to tell. */
final class OperatorOptions {
  /** Where the services' addresses are, for those who call them too. */
  private static final List<String> SERVICES =
      List.of("RIPCORD_GATEWAY", "RIPCORD_IDENTITY", "RIPCORD_DB", "RIPCORD_TOKEN");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create(); // set by picocli

  @Option(
      names = {"-i", "--instance"},
      paramLabel = "TARGET",
      split = ",",
      description =
          "A process to ask: host:port, or a name that gRPC resolves, such as"
              + " dns:///orders.example:50050, for all its addresses. May be repeated. Without it:"
              + " RIPCORD_INSTANCES, separated by commas or spaces.")
  private List<String> instances = List.of();

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description = "How long to wait for answers (default: ${DEFAULT-VALUE}).")
  Duration timeout = Duration.ofSeconds(5);

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  Instances open() throws InterruptedException {
    List<String> targets = targets(instances, System.getenv());
    if (targets.isEmpty()) {
      throw wrong("Which instances? Give --instance HOST:PORT, or set RIPCORD_INSTANCES");
    }
    try {
      return Instances.open(targets);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  static List<String> targets(List<String> given, Map<String, String> environment) {
    if (!given.isEmpty()) {
      return given;
    }
    String listed = environment.getOrDefault("RIPCORD_INSTANCES", "");
    if (!listed.isBlank()) {
      return Arrays.stream(listed.split("[,\\s]+")).filter(target -> !target.isEmpty()).toList();
    }
    List<String> services = new ArrayList<>();
    for (String variable : SERVICES) {
      String address = environment.getOrDefault(variable, "");
      if (!address.isEmpty()) {
        services.add(address);
      }
    }
    return services;
  }

  RequestId requestId(String text) {
    try {
      return RequestId.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong("\"" + Words.safe(text) + "\": " + e.getMessage());
    }
  }

  ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
