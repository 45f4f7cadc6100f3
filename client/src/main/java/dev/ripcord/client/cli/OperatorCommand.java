package dev.ripcord.client.cli;

import dev.ripcord.grpc.operator.Instances;
import dev.ripcord.grpc.operator.Instances.Answer;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A subcommand that asks every instance. One that does not answer is reported, and no obstacle. */
abstract class OperatorCommand implements Callable<Integer> {
  @Mixin OperatorOptions options = new OperatorOptions();

  @Override
  public Integer call() throws Exception {
    try (Instances instances = options.open()) {
      return run(instances, Terminal.stdout());
    }
  }

  abstract int run(Instances instances, Terminal terminal) throws Exception;

  /** The values of those that answered; the others are complained about. */
  static <T> List<T> answered(List<Answer<T>> answers) {
    List<T> values = new ArrayList<>();
    for (Answer<T> answer : answers) {
      if (answer.isAnswered()) {
        values.add(answer.get());
      } else {
        complain(answer.instance(), Objects.requireNonNull(answer.failure()));
      }
    }
    return values;
  }

  static void complain(String instance, Status failure) {
    System.err.println("ripcord: " + instance + " " + inWords(failure));
  }

  static String inWords(Status failure) {
    return switch (failure.getCode()) {
      case UNAVAILABLE -> "cannot be reached" + because(failure);
      case DEADLINE_EXCEEDED -> "did not answer in time";
      case UNIMPLEMENTED -> "does not have Ripcord's Contexts service";
      case PERMISSION_DENIED -> "does not permit this";
      default -> "failed: " + failure.getCode() + because(failure);
    };
  }

  private static String because(Status failure) {
    String description = failure.getDescription();
    return description == null ? "" : ": " + Words.safe(description);
  }

  /** For JSON. */
  static List<Map<String, Object>> unreachable(List<? extends Answer<?>> answers) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Answer<?> answer : answers) {
      if (!answer.isAnswered()) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("instance", answer.instance());
        one.put("error", inWords(Objects.requireNonNull(answer.failure())));
        all.add(one);
      }
    }
    return all;
  }

  /** It failed only if nobody answered. */
  static int code(List<? extends Answer<?>> answers) {
    return answers.stream().anyMatch(Answer::isAnswered) ? ExitCode.OK : ExitCode.FAILED;
  }
}
