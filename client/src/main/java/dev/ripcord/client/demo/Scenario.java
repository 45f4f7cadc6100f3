package dev.ripcord.client.demo;

import java.util.List;
import java.util.Locale;

/** The ways for a request to end that the demo shows, in its order. */
enum Scenario {
  /** Nothing goes wrong. */
  COMPLETE(
      "all branches finish; values and the shrinking time reach every process", new Complete()),
  /** A person cancels. */
  CANCEL("canceled at the edge while identity, db and token are at work", new Cancel()),
  /** Time runs out. */
  DEADLINE("300 ms for work that takes many seconds", new DeadlineStrikes()),
  /** One branch fails. */
  SIBLING_FAILURE("token rejects, so identity and db need not go on", new SiblingFailure()),
  /** The caller dies. */
  CALLER_KILLED("the calling process dies by kill -9", new CallerKilled()),
  /** Something must outlive its request. */
  DETACHED("an audit record is written although its request is canceled", new Detached()),
  /** The caller is a stranger. */
  PLAIN_PEER("a gRPC client without Ripcord calls and cancels", new PlainPeer()),
  /** An operator cancels, who knows only the request's id. */
  CANCEL_BY_ID("another process, `ripcord cancel`, ends the request by its id", new CancelById()),
  /** The cancel is there before the request. */
  CANCEL_BEFORE_ARRIVAL(
      "the request is canceled by its id before it is made", new CancelBeforeArrival()),
  /** The person may not go on. */
  REVOKED("the session is revoked while its request is at work", new Revoked()),
  /** A process goes. */
  SHUTDOWN("a gateway is told to stop, and its time of grace is over", new Shutdown()),
  /** Whatever a service can be at. */
  WORK(
      "SQL, hashing, a wait for a lock and a child process: all of it really stops", new AllWork());

  private static final int TRIES = 3;

  private final String story;

  @SuppressWarnings("ImmutableEnumChecker") // a play has no state
  private final Play play;

  Scenario(String story, Play play) {
    this.story = story;
    this.play = play;
  }

  /** {@code caller-killed}: as on the command line and in JSON. */
  String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What is going to happen. */
  String story() {
    return story;
  }

  /**
   * Lets it happen; again if it did not hold on a machine so busy that it says nothing. Whatever
   * goes wrong is part of the outcome.
   */
  Outcome play(Stage stage) throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      Outcome outcome = play(stage, attempt);
      if (outcome.ok() || attempt == TRIES || !stage.isBusy()) {
        return outcome;
      }
    }
  }

  private Outcome play(Stage stage, int attempt) throws InterruptedException {
    Report report = new Report(this, stage);
    try {
      play.on(stage, report);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      report.checks().that("it could be played to its end", false, e);
    }
    if (attempt > 1) {
      report.triedAgain(attempt);
    }
    return report.outcome();
  }

  static Scenario titled(String title) {
    for (Scenario scenario : values()) {
      if (scenario.title().equals(title)) {
        return scenario;
      }
    }
    throw new IllegalArgumentException(
        "there is no scenario \"" + title + "\", but " + String.join(", ", titles()));
  }

  static List<String> titles() {
    return List.of(values()).stream().map(Scenario::title).toList();
  }

  /** What a scenario does. */
  interface Play {
    void on(Stage stage, Report report) throws Exception;
  }
}
