package dev.ripcord.server;

import dev.ripcord.server.db.DbRole;
import dev.ripcord.server.gateway.GatewayRole;
import dev.ripcord.server.identity.IdentityRole;
import dev.ripcord.server.token.TokenRole;
import java.util.List;
import java.util.function.Supplier;

/** All roles, in the order in which they are started when one starts them all. */
final class Roles {
  private static final List<Supplier<Role>> ALL =
      List.of(DbRole::new, TokenRole::new, IdentityRole::new, GatewayRole::new);

  private Roles() {}

  /**
   * The role called {@code name}.
   *
   * @throws IllegalArgumentException if there is none; tells which there are
   */
  static Role named(String name) {
    for (Supplier<Role> supplier : ALL) {
      Role role = supplier.get();
      if (role.name().equals(name)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "There is no role \"" + name + "\". Give one of: " + String.join(", ", names()));
  }

  static List<String> names() {
    return ALL.stream().map(supplier -> supplier.get().name()).toList();
  }
}
