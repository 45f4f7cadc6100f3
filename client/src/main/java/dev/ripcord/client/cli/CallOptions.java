package dev.ripcord.client.cli;

import dev.ripcord.Context;
import dev.ripcord.Key;
import dev.ripcord.ValueCodec;
import dev.ripcord.grpc.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every call can be given. */
final class CallOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create(); // set by picocli

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "End it after this time, everywhere: 300ms, 5s, 1.5s, 2m.")
  @Nullable Duration timeout;

  @Option(
      names = "--value",
      paramLabel = "NAME=TEXT",
      description =
          "A value that travels with the request, for instance tenant=acme. May be repeated.")
  private Map<String, String> values = new LinkedHashMap<>();

  @Option(
      names = "--binary-value",
      paramLabel = "NAME=HEX",
      description = "A binary one, in hexadecimal, for instance badge=00cafe. May be repeated.")
  private Map<String, String> binaryValues = new LinkedHashMap<>();

  @Option(
      names = "--request-id",
      paramLabel = "HEX",
      description = "The request's name in all processes: 32 hex digits.")
  private @Nullable String requestId;

  @Option(names = "--json", description = "Print the answer as JSON.")
  boolean json;

  /**
   * The values, and the keys that make them travel.
   *
   * @param keys for {@code Ripcord.Builder#propagate}
   * @param context the background with the values
   */
  record Values(List<Key<?>> keys, Context context) {}

  Values values() {
    List<Key<?>> keys = new ArrayList<>();
    Context context = Context.background();
    for (Map.Entry<String, String> value : values.entrySet()) {
      Key<String> key = key(value.getKey(), ValueCodec.utf8());
      keys.add(key);
      context = context.withValue(key, value.getValue());
    }
    for (Map.Entry<String, String> value : binaryValues.entrySet()) {
      Key<byte[]> key = key(value.getKey(), ValueCodec.bytes());
      keys.add(key);
      context = context.withValue(key, bytes(value.getKey(), value.getValue()));
    }
    return new Values(keys, context);
  }

  private <T> Key<T> key(String name, ValueCodec<T> codec) {
    try {
      return Key.propagated(name, codec);
    } catch (IllegalArgumentException e) {
      throw wrong("--value: " + e.getMessage());
    }
  }

  private byte[] bytes(String name, String hex) {
    try {
      return HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw wrong("--binary-value " + name + ": \"" + hex + "\" is not hexadecimal");
    }
  }

  RequestId requestId() {
    try {
      return requestId == null ? RequestId.random() : RequestId.parse(requestId);
    } catch (IllegalArgumentException e) {
      throw wrong("--request-id: " + e.getMessage());
    }
  }

  ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
