package dev.ripcord.server;

import io.grpc.BindableService;
import java.util.List;

/**
 * One of the services this program can be. {@link Serve} makes it, opens it once, serves what it
 * returns, and closes it after the last call has ended.
 *
 * <pre>{@code
 * public final class EchoRole implements Role {
 *   public String name() { return "echo"; }
 *   public List<String> peers() { return List.of("db"); }
 *   public List<BindableService> open(Platform platform) {
 *     return List.of(new EchoService(DbGrpc.newBlockingStub(platform.channel("db"))));
 *   }
 *   public void close() {}
 * }
 * }</pre>
 *
 * <p>Everything is called from one thread. A new role is added to {@link Roles}.
 */
public interface Role extends AutoCloseable {

  /** The name for {@code --role}, which is also the service's name in trees and logs. */
  String name();

  /**
   * The services it calls, by the names of their roles. For each, {@link Serve} demands an address,
   * opens a channel and waits until the peer answers, before {@link #open}.
   */
  List<String> peers();

  /**
   * Takes what it needs and returns its services, usable at once. What it opened before it failed
   * is released by {@link #close}, which is called in every case.
   *
   * @throws CannotStart if it can not be: its message is all that the person who started it gets to
   *     see
   */
  List<BindableService> open(Platform platform) throws CannotStart;

  /**
   * Called once the services take calls, for what needs them.
   *
   * @throws CannotStart as {@link #open} does
   */
  default void serving(Platform platform) throws CannotStart {}

  /**
   * Releases what {@link #open} took. Called once, also after a failed {@code open} and without
   * one; must not throw.
   */
  @Override
  void close();
}
