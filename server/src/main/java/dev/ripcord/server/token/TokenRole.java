package dev.ripcord.server.token;

import dev.ripcord.server.CpuPool;
import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import io.grpc.BindableService;
import java.time.InstantSource;
import java.util.List;

/** Issues and verifies tokens. Calls nobody. */
public final class TokenRole implements Role {
  private static final int LONGEST_QUEUE = 256;

  private final CpuPool proofs = CpuPool.ofAllCores("trail proofs", LONGEST_QUEUE);

  @Override
  public String name() {
    return "token";
  }

  @Override
  public List<String> peers() {
    return List.of();
  }

  @Override
  public List<BindableService> open(Platform platform) {
    Issuer issuer = Issuer.after(History.OF_FOUR_WEEKS, InstantSource.system(), platform.work());
    return List.of(new TokenService(issuer, proofs, platform::visit));
  }

  @Override
  public void close() {
    proofs.close();
  }
}
