package dev.ripcord.server;

import dev.ripcord.Key;
import dev.ripcord.ValueCodec;

/** The values that travel with a request through all services. */
public final class Values {
  /** On whose account the request runs. */
  public static final Key<String> TENANT = Key.propagated("tenant", ValueCodec.utf8());

  /** Opaque bytes that identify the person at the edge. */
  public static final Key<byte[]> BADGE = Key.propagated("badge", ValueCodec.bytes());

  private Values() {}
}
