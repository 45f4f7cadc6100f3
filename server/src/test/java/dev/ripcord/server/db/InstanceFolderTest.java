package dev.ripcord.server.db;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceFolderTest {
  @TempDir Path home;

  @Test
  void ourOwnAreNeverTakenOver() throws IOException {
    try (InstanceFolder ours = InstanceFolder.create(home)) {
      assertThat(InstanceFolder.takeOverAbandoned(home)).isEmpty();
      assertThat(InstanceFolder.takeOverAbandoned(home)).isEmpty();
      assertThat(isTakenOverByAnotherJvm()).isFalse();
      assertThat(ours.path()).isDirectory();
    }
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void theDeadsAreTakenOverAndDeletedWithAllTheyHold() throws Exception {
    run("create");
    assertThat(home).isNotEmptyDirectory();

    List<InstanceFolder> abandoned = InstanceFolder.takeOverAbandoned(home);

    assertThat(abandoned).hasSize(1);
    assertThat(isTakenOverByAnotherJvm()).as("while we hold it").isFalse();
    Path deep = Files.createDirectories(abandoned.get(0).path().resolve("data/base/1"));
    Files.writeString(deep.resolve("file"), "x");
    abandoned.get(0).close();
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void whatIsJustBeingMadeIsLeftAlone() throws IOException {
    Path half = Files.createDirectory(home.resolve("instance-half"));
    assertThat(InstanceFolder.takeOverAbandoned(home)).isEmpty();
    Files.createFile(half.resolve("owner"));
    assertThat(InstanceFolder.takeOverAbandoned(home)).isEmpty();
    Files.createDirectory(home.resolve("something-else"));
    assertThat(InstanceFolder.takeOverAbandoned(home)).isEmpty();
    assertThat(half).isDirectory();
  }

  private boolean isTakenOverByAnotherJvm() {
    return run("take").strip().equals("1");
  }

  private String run(String what) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    try {
      Process process =
          new ProcessBuilder(
                  java,
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Other.class.getName(),
                  what,
                  home.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      return out;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Another process: makes a folder and dies, or tells how many it could take over. */
  static final class Other {
    private Other() {}

    public static void main(String[] args) throws IOException {
      Path home = Path.of(args[1]);
      if (args[0].equals("create")) {
        InstanceFolder folder = InstanceFolder.create(home);
        Runtime.getRuntime().halt(Files.exists(folder.path()) ? 0 : 1);
      }
      System.out.println(InstanceFolder.takeOverAbandoned(home).size());
    }
  }
}
