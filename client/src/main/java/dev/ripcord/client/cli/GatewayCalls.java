package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.client.Address;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.gateway.v1.ExportRequest;
import dev.ripcord.services.gateway.v1.LoginReply;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.v1.Load;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What people ask of the gateway. */
final class GatewayCalls {
  private GatewayCalls() {}

  /** A call to the gateway. */
  abstract static class ToGateway extends ServiceCall {
    @Option(
        names = "--gateway",
        paramLabel = "HOST:PORT",
        converter = AddressConverter.class,
        description = "Where the gateway listens.")
    private @Nullable Address gateway;

    ToGateway() {
      super("gateway");
    }

    @Override
    final @Nullable Address address() {
      return gateway;
    }
  }

  /** How much is asked for. */
  enum Amount {
    /** Milliseconds of work. */
    light(Load.LIGHT),
    /** Many seconds, unless it is canceled. */
    heavy(Load.HEAVY);

    private final Load load;

    Amount(Load load) {
      this.load = load;
    }
  }

  /** {@code call overview}. */
  @Command(
      name = "overview",
      description = "Everything about a user at once: from identity, db and token.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Overview extends ToGateway {
    @Option(
        names = "--user",
        required = true,
        paramLabel = "NAME",
        description = "Whose; for instance alice.")
    private String user = "";

    @Option(
        names = "--password",
        paramLabel = "TEXT",
        description =
            "Log in first, and have that token verified; the demo's users have \"correct horse NAME\".")
    private @Nullable String password;

    @Option(
        names = "--jwt",
        paramLabel = "TOKEN",
        description = "Have this token verified, as `call login` printed it.")
    private @Nullable String jwt;

    @Option(
        names = "--load",
        defaultValue = "light",
        paramLabel = "light|heavy",
        description = "Milliseconds of work, or many seconds.")
    private Amount load = Amount.light;

    @Option(
        names = "--branch",
        paramLabel = "NAME",
        description =
            "Ask only identity, db or token; may be repeated. Without a token: identity and db.")
    private List<OverviewRequest.Branch> branches = List.of();

    @Option(
        names = "--audit",
        paramLabel = "TEXT",
        defaultValue = "",
        description =
            "Also write this audit record, which outlives the request if that is canceled.")
    private String audit = "";

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      OverviewRequest.Builder request =
          OverviewRequest.newBuilder()
              .setUser(user)
              .setLoad(load.load)
              .setAudit(audit)
              .addAllBranches(branches);
      String token = token(connection);
      if (token != null) {
        request.setToken(token);
      } else if (branches.isEmpty()) {
        request.addBranches(OverviewRequest.Branch.IDENTITY).addBranches(OverviewRequest.Branch.DB);
      }
      answer.accept(connection.gateway().blocking().overview(request.build()));
    }

    private @Nullable String token(ServiceConnection connection) {
      return jwt == null && password != null ? logIn(connection, user, password).getToken() : jwt;
    }
  }

  /** {@code call login}. */
  @Command(
      name = "login",
      description = "Check a password, open a session and issue a token for it.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Login extends ToGateway {
    @Option(
        names = "--user",
        required = true,
        paramLabel = "NAME",
        description = "Who; for instance alice.")
    private String user = "";

    @Option(
        names = "--password",
        required = true,
        interactive = true,
        arity = "0..1",
        paramLabel = "TEXT",
        description = "Asked for if left empty; the demo's users have \"correct horse NAME\".")
    private String password = "";

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(logIn(connection, user, password));
    }
  }

  /** {@code call export}. */
  @Command(
      name = "export",
      description = "The orders of a region, as a stream.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Export extends ToGateway {
    @Parameters(paramLabel = "REGION", description = "north, south, east, west or central.")
    private String region = "";

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      ExportRequest request = ExportRequest.newBuilder().setRegion(region).build();
      connection.gateway().blocking().export(request).forEachRemaining(answer);
    }
  }

  /** {@code call answer-leak}. */
  @Command(
      name = "answer-leak",
      description = {
        "What an administrator does when passwords have become known: find out whether a user's is among them, have tokens"
            + " signed with a new key, and put a report aside. Stops in all services at once."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class AnswerLeak extends ToGateway {
    @Option(
        names = "--jwt",
        required = true,
        paramLabel = "TOKEN",
        description = "An administrator's, as `call login` printed it; alice is one.")
    private String jwt = "";

    @Option(
        names = "--user",
        required = true,
        paramLabel = "NAME",
        description = "Whose password may be known; for instance bob.")
    private String user = "";

    @Option(
        names = "--leaked",
        required = true,
        paramLabel = "FILE",
        converter = Passwords.Converter.class,
        description = "The passwords that are known, one a line, at most 1,000.")
    private Passwords leaked = Passwords.NONE;

    @Option(
        names = "--load",
        defaultValue = "light",
        paramLabel = "light|heavy",
        description = "A report of milliseconds, or of many seconds.")
    private Amount load = Amount.light;

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(
          connection
              .gateway()
              .blocking()
              .answerLeak(
                  AnswerLeakRequest.newBuilder()
                      .setToken(jwt)
                      .setUser(user)
                      .addAllPasswords(leaked.all())
                      .setLoad(load.load)
                      .build()));
    }
  }

  private static LoginReply logIn(ServiceConnection connection, String user, String password) {
    return connection
        .gateway()
        .blocking()
        .login(LoginRequest.newBuilder().setUser(user).setPassword(password).build());
  }
}
