package dev.ripcord.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the README shows compiles as it stands there. In this module because it knows all the
 * others.
 */
class ReadmeTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS =
      Pattern.compile("^(?:public )?class (\\w+)", Pattern.MULTILINE);

  @TempDir Path classes;

  @TestFactory
  List<DynamicTest> everyProgramCompiles() throws IOException {
    List<String> programs =
        PROGRAM
            .matcher(Files.readString(README))
            .results()
            .map((MatchResult m) -> m.group(1))
            .toList();
    assertThat(programs).hasSizeGreaterThanOrEqualTo(3);
    return programs.stream()
        .map(
            program ->
                DynamicTest.dynamicTest(
                    nameOf(program), () -> assertThat(errorsIn(program)).isEmpty()))
        .toList();
  }

  private List<Diagnostic<? extends JavaFileObject>> errorsIn(String program) {
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "--release",
            "17",
            "-proc:none",
            "-d",
            classes.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    compiler
        .getTask(null, null, found, options, null, List.of(new Source(nameOf(program), program)))
        .call();
    return found.getDiagnostics().stream()
        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
        .toList();
  }

  private static String nameOf(String program) {
    Matcher name = CLASS.matcher(program);
    assertThat(name.find()).as("a class in %s", program).isTrue();
    return name.group(1);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
