package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.client.Address;
import dev.ripcord.client.ServiceConnection;
import dev.ripcord.services.identity.v1.FindLeakedRequest;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.v1.Load;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What one asks of identity. */
final class IdentityCalls {
  private IdentityCalls() {}

  /** A call to identity. */
  abstract static class ToIdentity extends ServiceCall {
    @Option(
        names = "--identity",
        paramLabel = "HOST:PORT",
        converter = AddressConverter.class,
        description = "Where identity listens.")
    private @Nullable Address identity;

    @Parameters(paramLabel = "USER", description = "For instance alice.")
    String user = "";

    ToIdentity() {
      super("identity");
    }

    @Override
    final @Nullable Address address() {
      return identity;
    }
  }

  /** {@code call profile}. */
  @Command(
      name = "profile",
      description = "Who a user is.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Profile extends ToIdentity {
    @Option(
        names = "--heavy",
        description = "With the user's whole activity, which takes many seconds.")
    private boolean heavy;

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      Load load = heavy ? Load.HEAVY : Load.LIGHT;
      GetProfileRequest request =
          GetProfileRequest.newBuilder().setUser(user).setLoad(load).build();
      answer.accept(connection.identity().blocking().getProfile(request));
    }
  }

  /** {@code call find-leaked}. */
  @Command(
      name = "find-leaked",
      description = "Whether a user's password is one that has become known.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class FindLeaked extends ToIdentity {
    @Option(
        names = "--leaked",
        required = true,
        paramLabel = "FILE",
        converter = Passwords.Converter.class,
        description = "The passwords that are known, one a line, at most 1,000.")
    private Passwords leaked = Passwords.NONE;

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      FindLeakedRequest request =
          FindLeakedRequest.newBuilder().setUser(user).addAllPasswords(leaked.all()).build();
      answer.accept(connection.identity().blocking().findLeaked(request));
    }
  }
}
