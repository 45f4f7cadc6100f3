package dev.ripcord.server;

import dev.ripcord.grpc.Ripcord;
import dev.ripcord.services.v1.Visit;
import io.grpc.Channel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What a role is given to work with. Lives as long as the process; usable from any thread. */
public interface Platform {

  /** This process's Ripcord: its service name, its instance id, the root of its tree. */
  Ripcord ripcord();

  /** How this process was configured. */
  Settings settings();

  /**
   * The channel to a peer, with Ripcord installed.
   *
   * @param service one of the role's {@link Role#peers()}
   * @throws IllegalArgumentException if it is none of them
   */
  Channel channel(String service);

  /** Where is written down what this process does for its requests. */
  WorkLog work();

  /**
   * Where this process and its peers take calls, {@code host:port} by the names of their roles; its
   * own only once it does.
   */
  Map<String, String> addresses();

  /** Where this process's numbers are kept. */
  MeterRegistry meters();

  /** Where pages for browsers and probes go; null if this process was not told to have any. */
  @Nullable HttpPort http();

  /**
   * Where calls are handled: tasks may block, and are not queued behind one another. Each runs in
   * the context it was given, not in the caller's: wrap it with {@code Context.wrap} where that is
   * wanted.
   */
  Executor handlers();

  /** For short tasks at a later time; two threads. Hand what blocks to {@link #handlers()}. */
  ScheduledExecutorService scheduler();

  /**
   * Says whether the role can do its work, which is what health checks are told. It can from the
   * moment {@link Role#open} returns, unless it says otherwise.
   */
  void usable(boolean yes);

  /**
   * What this process sees of the call that is being handled on this thread; take it first, while
   * the time left is fresh.
   */
  default Visit visit() {
    return Visits.here(ripcord());
  }
}
