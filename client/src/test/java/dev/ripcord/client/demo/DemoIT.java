package dev.ripcord.client.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ripcord.client.Main;
import dev.ripcord.client.cli.ExitCode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole demo in a process of its own, with its processes, its database and its kills. */
class DemoIT {
  private static final Pattern PID = Pattern.compile("pid (\\d+)");
  private static final Pattern HELD = Pattern.compile("\"name\": \"([^\"]*)\",\\s*\"ok\": true");

  @TempDir Path folder;

  @BeforeEach
  void theServerIsBuilt() {
    // False only where this module is built without the server.
    assumeTrue(Files.exists(Path.of(System.getProperty("ripcord.server.jar"))));
  }

  private Process begin(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ChildProcess.java());
    command.addAll(ChildProcess.options());
    command.add("-Dripcord.server.jar=" + System.getProperty("ripcord.server.jar"));
    command.add("-Djava.io.tmpdir=" + folder); // a demo that is killed leaves its logs behind
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "demo"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static List<ProcessHandle> processes(String output) {
    List<ProcessHandle> processes = new ArrayList<>();
    Matcher matcher = PID.matcher(output);
    while (matcher.find()) {
      ProcessHandle.of(Long.parseLong(matcher.group(1))).ifPresent(processes::add);
    }
    return processes;
  }

  private static void awaitEnd(List<ProcessHandle> processes) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void everyScenarioHolds_andNothingIsLeftRunning() throws Exception {
    Path json = folder.resolve("out.json");

    Process demo = begin("--json", json.toString());
    String output = new String(demo.getInputStream().readAllBytes(), UTF_8);

    assertThat(demo.waitFor()).as(output).isEqualTo(ExitCode.OK);
    assertThat(output).doesNotContain("\u001b");
    List<String> held = new ArrayList<>();
    Matcher matcher = HELD.matcher(Files.readString(json));
    while (matcher.find()) {
      held.add(matcher.group(1));
    }
    assertThat(held).isEqualTo(Scenario.titles());
    awaitEnd(processes(output));
  }

  @Test
  void aDemoThatIsKilled_takesItsProcessesAlong() throws Exception {
    Process demo = begin("--only", "complete", "--keep");
    StringBuilder output = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(demo.getInputStream(), UTF_8))) {
      for (String line = lines.readLine();
          line != null && !line.contains("logs: ");
          line = lines.readLine()) {
        output.append(line).append('\n');
      }
      List<ProcessHandle> processes = processes(output.toString());
      assertThat(processes).as(output.toString()).hasSize(4).allMatch(ProcessHandle::isAlive);

      demo.destroyForcibly();

      awaitEnd(processes);
    }
  }
}
