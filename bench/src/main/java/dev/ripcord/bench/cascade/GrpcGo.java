package dev.ripcord.bench.cascade;

import dev.ripcord.bench.GoProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The trees as grpc-go has them: {@code src/main/go/cascade}. */
final class GrpcGo implements Forest.Launcher {
  private static final String[] FILES = {
    "go.mod", "go.sum", "main.go", "plan.go", "stops.go", "wire.go", "node.go", "edge.go"
  };

  private final GoProgram program;

  private GrpcGo(GoProgram program) {
    this.program = program;
  }

  /** Builds the program and starts its processes. */
  static Forest plant() throws IOException, InterruptedException {
    if (!GoProgram.canBuild()) {
      throw new IOException("no go on the PATH");
    }
    try (GoProgram program = GoProgram.build("cascade", FILES)) {
      return Forest.plant(new GrpcGo(program));
    }
  }

  @Override
  public Child node(String name) throws IOException {
    return start("go " + name, List.of("node"));
  }

  @Override
  public Child edge(List<String> ports) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("edge"));
    arguments.addAll(ports);
    return start("go edge", arguments);
  }

  private Child start(String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(program.command()));
    command.addAll(arguments);
    return Child.of(name, Map.of(), command);
  }
}
