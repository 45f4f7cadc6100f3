package dev.ripcord.client.cli;

import dev.ripcord.client.Address;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** A subcommand that makes one call to one service. */
abstract class ServiceCall implements Callable<Integer>, OneCall.Request {
  @Mixin private CallOptions options = new CallOptions();

  private final String service;

  ServiceCall(String service) {
    this.service = service;
  }

  /** Where the service is, if that was said. */
  abstract @Nullable Address address();

  @Override
  public Integer call() throws Exception {
    OneCall call =
        new OneCall(service, where().toString(), options, Terminal.stdout().out(), System.err);
    return call.run(this);
  }

  /** What was given cannot be used. */
  final ParameterException wrong(String why) {
    return options.wrong(why);
  }

  private Address where() {
    Address given = address();
    if (given != null) {
      return given;
    }
    String variable = "RIPCORD_" + service.toUpperCase(Locale.ROOT);
    String fromEnvironment = System.getenv(variable);
    if (fromEnvironment == null || fromEnvironment.isEmpty()) {
      throw options.wrong(
          "Where is " + service + "? Give --" + service + " HOST:PORT, or set " + variable);
    }
    try {
      return Address.parse(fromEnvironment);
    } catch (IllegalArgumentException e) {
      throw options.wrong(variable + ": " + e.getMessage());
    }
  }
}
