package dev.ripcord.bench.cascade;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The trees as grpc-java has them, bare and with Ripcord: both in the same processes. */
final class GrpcJava implements Forest.Launcher {
  private GrpcJava() {}

  /** Starts the processes. */
  static Forest plant() throws IOException {
    return Forest.plant(new GrpcJava());
  }

  @Override
  public Child node(String name) throws IOException {
    return start(name, NodeProcess.class, List.of(name));
  }

  @Override
  public Child edge(List<String> ports) throws IOException {
    return start("edge", EdgeProcess.class, ports);
  }

  private static Child start(String name, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> all =
        new ArrayList<>(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    all.addAll(arguments);
    return Child.java(name, Map.of(), all.toArray(new String[0]));
  }
}
