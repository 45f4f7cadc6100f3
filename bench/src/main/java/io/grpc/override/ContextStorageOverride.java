package io.grpc.override;

import io.grpc.Context;
import io.opentelemetry.instrumentation.grpc.v1_6.internal.ContextStorageBridge;
import java.lang.reflect.Constructor;

/**
 * Where gRPC keeps the current context: the class of this name that it finds decides.
 * OpenTelemetry's comes with its instrumentation, and would keep everybody's contexts, bare
 * grpc-java's too. In its place this one leaves that to OpenTelemetry where it is what is measured,
 * and to gRPC elsewhere.
 */
public final class ContextStorageOverride extends Context.Storage {
  /** The system property that is true in processes where OpenTelemetry is measured. */
  public static final String OPEN_TELEMETRY = "ripcord.bench.opentelemetry";

  private final Context.Storage storage =
      Boolean.getBoolean(OPEN_TELEMETRY) ? new ContextStorageBridge(true) : grpcs();

  /** For gRPC, which finds it by its name. */
  public ContextStorageOverride() {}

  /**
   * What it would take if it found no class of this name; not public, but it is what we measure.
   */
  private static Context.Storage grpcs() {
    try {
      Constructor<?> constructor =
          Class.forName("io.grpc.ThreadLocalContextStorage").getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Context.Storage) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("gRPC keeps its contexts elsewhere now", e);
    }
  }

  @Override
  public Context doAttach(Context toAttach) {
    return storage.doAttach(toAttach);
  }

  @Override
  public void detach(Context toDetach, Context toRestore) {
    storage.detach(toDetach, toRestore);
  }

  @Override
  public Context current() {
    return storage.current();
  }
}
