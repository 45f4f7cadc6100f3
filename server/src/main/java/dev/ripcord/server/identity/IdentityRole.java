package dev.ripcord.server.identity;

import dev.ripcord.server.CpuPool;
import dev.ripcord.server.Elsewhere;
import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import dev.ripcord.services.db.v1.DbGrpc;
import io.grpc.BindableService;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Knows users, passwords and sessions, and keeps them in db. */
public final class IdentityRole implements Role {
  private static final int LONGEST_QUEUE = 256;

  private final CpuPool hashers = CpuPool.ofAllCores("password hashes", LONGEST_QUEUE);

  private @Nullable Elsewhere elsewhere; // set by open

  @Override
  public String name() {
    return "identity";
  }

  @Override
  public List<String> peers() {
    return List.of("db");
  }

  @Override
  public List<BindableService> open(Platform platform) {
    Directory directory = new Directory(DbGrpc.newBlockingStub(platform.channel("db")));
    Passwords passwords = new Passwords(hashers, platform.work());
    Elsewhere told = new Elsewhere(platform.settings().instances());
    elsewhere = told;
    return List.of(
        new IdentityService(
            directory,
            passwords,
            InstantSource.system(),
            platform::visit,
            platform.ripcord(),
            told));
  }

  @Override
  public void close() {
    if (elsewhere != null) {
      elsewhere.close();
    }
    hashers.close();
  }
}
