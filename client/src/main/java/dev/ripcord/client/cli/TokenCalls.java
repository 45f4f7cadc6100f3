package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.client.Address;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.services.token.v1.IntrospectRequest;
import dev.ripcord.services.token.v1.RevokeRequest;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What one asks of token. */
final class TokenCalls {
  private TokenCalls() {}

  /** A call to token. */
  abstract static class ToToken extends ServiceCall {
    @Option(
        names = "--token",
        paramLabel = "HOST:PORT",
        converter = AddressConverter.class,
        description = "Where token listens.")
    private @Nullable Address token;

    ToToken() {
      super("token");
    }

    @Override
    final @Nullable Address address() {
      return token;
    }
  }

  /** {@code call verify}. */
  @Command(
      name = "verify",
      description = "Whether a token is good, and what it says.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Verify extends ToToken {
    @Parameters(paramLabel = "JWT", description = "As `call login` printed it.")
    private String jwt = "";

    @Option(
        names = "--heavy",
        description = "Prove the whole audit trail with it, which takes many seconds.")
    private boolean heavy;

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      Load load = heavy ? Load.HEAVY : Load.LIGHT;
      answer.accept(
          connection
              .token()
              .blocking()
              .verify(VerifyRequest.newBuilder().setToken(jwt).setLoad(load).build()));
    }
  }

  /** {@code call introspect}. */
  @Command(
      name = "introspect",
      description = "What a token says, good or bad.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Introspect extends ToToken {
    @Parameters(paramLabel = "JWT", description = "As `call login` printed it.")
    private String jwt = "";

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(
          connection
              .token()
              .blocking()
              .introspect(IntrospectRequest.newBuilder().setToken(jwt).build()));
    }
  }

  /** {@code call revoke}. */
  @Command(
      name = "revoke",
      description = "Make a token bad from now on.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Revoke extends ToToken {
    @Parameters(paramLabel = "ID", description = "The token's id, as `call introspect` prints it.")
    private String id = "";

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(
          connection.token().blocking().revoke(RevokeRequest.newBuilder().setTokenId(id).build()));
    }
  }

  /** {@code call rotate-key}. */
  @Command(
      name = "rotate-key",
      description = {
        "Sign with a new key from now on; the old one still verifies. Waits until no heavy verification runs."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class RotateKey extends ToToken {
    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      answer.accept(connection.token().blocking().rotateKey(RotateKeyRequest.getDefaultInstance()));
    }
  }
}
