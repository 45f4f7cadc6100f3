package dev.ripcord.bench;

import dev.ripcord.bench.cascade.CascadeGroup;
import dev.ripcord.bench.core.CoreGroup;
import dev.ripcord.bench.rpc.RpcGroup;
import dev.ripcord.bench.scale.ScaleGroup;
import dev.ripcord.bench.soak.SoakGroup;
import dev.ripcord.bench.sql.SqlGroup;
import dev.ripcord.bench.storm.StormGroup;
import java.util.List;

/** All there is to measure, in the order in which it is measured. */
final class Groups {
  static final List<Group> ALL =
      List.of(
          new CoreGroup(),
          new RpcGroup(),
          new CascadeGroup(),
          new StormGroup(),
          new ScaleGroup(),
          new SqlGroup(),
          new SoakGroup());

  private Groups() {}
}
