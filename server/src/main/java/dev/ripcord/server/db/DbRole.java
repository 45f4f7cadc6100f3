package dev.ripcord.server.db;

import dev.ripcord.server.CannotStart;
import dev.ripcord.server.Platform;
import dev.ripcord.server.Role;
import io.grpc.BindableService;
import java.util.List;

/** Serves named queries over a PostgreSQL of its own or one it is pointed at. */
public final class DbRole implements Role {

  @Override
  public String name() {
    return "db";
  }

  @Override
  public List<String> peers() {
    return List.of();
  }

  @Override
  public List<BindableService> open(Platform platform) throws CannotStart {
    throw new CannotStart("db is not here yet");
  }

  @Override
  public void close() {}
}
