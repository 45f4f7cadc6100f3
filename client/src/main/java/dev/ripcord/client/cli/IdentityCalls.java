package dev.ripcord.client.cli;

import com.google.protobuf.MessageOrBuilder;
import dev.ripcord.client.Address;
import dev.ripcord.client.ServiceConnection;
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

  /** {@code call profile}. */
  @Command(
      name = "profile",
      description = "Who a user is.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  static final class Profile extends ServiceCall {
    @Option(
        names = "--identity",
        paramLabel = "HOST:PORT",
        converter = AddressConverter.class,
        description = "Where identity listens.")
    private @Nullable Address identity;

    @Parameters(paramLabel = "USER", description = "For instance alice.")
    private String user = "";

    @Option(
        names = "--heavy",
        description = "With the user's whole activity, which takes many seconds.")
    private boolean heavy;

    Profile() {
      super("identity");
    }

    @Override
    @Nullable Address address() {
      return identity;
    }

    @Override
    public void make(ServiceConnection connection, Consumer<MessageOrBuilder> answer) {
      Load load = heavy ? Load.HEAVY : Load.LIGHT;
      GetProfileRequest request =
          GetProfileRequest.newBuilder().setUser(user).setLoad(load).build();
      answer.accept(connection.identity().blocking().getProfile(request));
    }
  }
}
