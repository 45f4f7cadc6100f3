package dev.ripcord;

import org.jspecify.annotations.Nullable;

/**
 * Where {@link Context#current()} lives. The default is a thread-local; another can be supplied
 * through {@link java.util.ServiceLoader}, as the gRPC module does to live inside {@code
 * io.grpc.Context}.
 */
public interface ContextStorage {

  /** The context bound to this thread, or null. */
  @Nullable Context current();

  /**
   * Binds {@code context} to this thread until the binding is closed, on the same thread and in
   * reverse order.
   */
  Binding attach(Context context);

  /** Restores what was bound before. */
  interface Binding {
    /** Once, on the thread that attached, in reverse order. */
    void close();
  }
}
