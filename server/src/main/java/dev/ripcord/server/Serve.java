package dev.ripcord.server;

import dev.ripcord.server.page.Ui;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code serve}: runs one role until it is told to stop.
 *
 * <p>Prints one line on standard output when it can be used, {@code READY role=db instance=3f2a
 * port=50051 pid=4711}, with {@code http=9090} at its end if it serves HTTP, and logs to standard
 * error. SIGTERM and SIGINT drain it. Exit codes: 0 stopped as told, 1 cannot start, 2 wrong flags.
 */
@Command(
    name = "serve",
    customSynopsis = {"Usage: serve --role <role> [flags]", ""},
    sortOptions = false,
    separator = " ",
    usageHelpWidth = 100,
    description = {
      "Runs one of the four services until it gets SIGTERM or SIGINT; then lets calls finish and"
          + " exits."
    },
    optionListHeading =
        "%nFlags (each also by environment: --database-url is RIPCORD_DATABASE_URL):%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped as told",
      "1:cannot start; standard error says why",
      "2:wrong flags"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  A database service with a PostgreSQL of its own, on a free port (it prints READY ..."
          + " port=N):",
      "    serve --role db --port 0",
      "  The same over your PostgreSQL:",
      "    RIPCORD_DATABASE_PASSWORD=... serve --role db --port 50053 \\",
      "        --database-url jdbc:postgresql://localhost/ripcord --database-user ripcord",
      "  All four:",
      "    serve --role db       --port 50053 &",
      "    serve --role token    --port 50052 &",
      "    serve --role identity --port 50051 --db 127.0.0.1:50053 &",
      "    serve --role gateway  --port 50050 --identity 127.0.0.1:50051 --db 127.0.0.1:50053 \\",
      "        --token 127.0.0.1:50052"
    })
public final class Serve implements Callable<Integer> {
  private static final int CANNOT_START = 1;
  private static final int SHORTEST_TOKEN = 16;
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "<role>",
      description = "What to be: gateway, identity, db or token.")
  private String role = "";

  @Option(
      names = "--host",
      paramLabel = "<address>",
      defaultValue = "127.0.0.1",
      description = "The address to listen on; 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "<port>",
      defaultValue = "0",
      description = "The port to listen on; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--http-port",
      paramLabel = "<port>",
      description =
          "Also serve HTTP on this port: /metrics for Prometheus, /healthz for probes; gateway: a"
              + " page at / where requests are seen and canceled. 0 takes any free one (default: no"
              + " HTTP).")
  private @Nullable Integer httpPort;

  @Option(
      names = "--http-host",
      paramLabel = "<address>",
      defaultValue = "127.0.0.1",
      description = "The address for it; 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
  private String httpHost = "127.0.0.1";

  @Option(
      names = "--http-token",
      paramLabel = "<token>",
      description =
          "gateway: what those who start or end something through HTTP must have, 16 characters or"
              + " more; better by RIPCORD_HTTP_TOKEN or in a file, since flags show in process"
              + " lists. Needed unless --http-host is a loopback address.")
  private @Nullable String httpToken;

  @Option(
      names = "--http-token-file",
      paramLabel = "<file>",
      description = "gateway: the file it is the first line of.")
  private @Nullable Path httpTokenFile;

  @Option(
      names = "--watch",
      paramLabel = "<host:port>",
      split = "[,\\s]+",
      description =
          "gateway: other processes that its page shows, beside itself and those it calls;"
              + " separated by commas.")
  private List<String> watch = List.of();

  @Option(
      names = "--instance",
      paramLabel = "<id>",
      description =
          "The name of this process among others of its role, as shown in trees and logs (default:"
              + " made up).")
  private @Nullable String instance;

  @Option(
      names = "--identity",
      paramLabel = "<host:port>",
      description = "Where identity is; gateway calls it.")
  private @Nullable String identity;

  @Option(
      names = "--db",
      paramLabel = "<host:port>",
      description = "Where db is; gateway and identity call it.")
  private @Nullable String db;

  @Option(
      names = "--token",
      paramLabel = "<host:port>",
      description = "Where token is; gateway calls it.")
  private @Nullable String token;

  @Option(
      names = "--instances",
      paramLabel = "<host:port>",
      split = "[,\\s]+",
      description =
          "identity: other processes, the gateways first of all, that end a request when its"
              + " session is revoked; separated by commas.")
  private List<String> instances = List.of();

  @Option(
      names = "--patience",
      paramLabel = "<seconds>",
      defaultValue = "30",
      description =
          "How long to wait at the start for the services above to be ready (default:"
              + " ${DEFAULT-VALUE}).")
  private long patienceSeconds;

  @Option(
      names = "--grace",
      paramLabel = "<seconds>",
      defaultValue = "10",
      description =
          "How long calls may go on after SIGTERM before they are ended (default:"
              + " ${DEFAULT-VALUE}).")
  private long graceSeconds;

  @Option(
      names = "--database-url",
      paramLabel = "<jdbc url>",
      description =
          "db: a PostgreSQL of your own, jdbc:postgresql://host:port/database (default: one that is"
              + " started here).")
  private @Nullable String databaseUrl;

  @Option(names = "--database-user", paramLabel = "<name>", description = "db: the user for it.")
  private @Nullable String databaseUser;

  @Option(
      names = "--database-password",
      paramLabel = "<password>",
      description =
          "db: the password for it; better by RIPCORD_DATABASE_PASSWORD, since flags show in"
              + " process lists.")
  private @Nullable String databasePassword;

  @Option(
      names = "--data-dir",
      paramLabel = "<folder>",
      description =
          "db: where the PostgreSQL that is started here keeps its data (default: a temporary"
              + " folder).")
  private @Nullable Path dataDir;

  @Option(
      names = "--log-format",
      paramLabel = "<format>",
      defaultValue = "text",
      description =
          "How log lines look on standard error: text or json (default: ${DEFAULT-VALUE}).")
  private Logs.Format logFormat = Logs.Format.TEXT;

  @Option(
      names = "--log-level",
      paramLabel = "<level>",
      defaultValue = "info",
      description = "How much is logged: error, warn, info or debug (default: ${DEFAULT-VALUE}).")
  private Level logLevel = Level.INFO;

  @Option(
      names = "--until-stdin-ends",
      description =
          "Stop also when standard input ends: whoever holds its other end is not outlived.")
  private boolean untilStdinEnds;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** What {@code --log-level} knows. */
  private enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }

  /** Made by picocli. */
  Serve() {}

  /**
   * Runs the command and exits with its code. The word {@code serve} itself may be given or left
   * out; with {@code ui} as the first word it is the command {@link Ui}.
   */
  public static void main(String[] args) {
    if (args.length > 0 && args[0].equals("ui")) {
      Logs.use(Logs.Format.TEXT, Level.WARN.name());
      System.exit(
          Ui.run(System.getenv("RIPCORD_INSTANCES"), Arrays.copyOfRange(args, 1, args.length)));
    }
    String[] flags =
        args.length > 0 && args[0].equals("serve")
            ? Arrays.copyOfRange(args, 1, args.length)
            : args;
    System.exit(commandLine(System.getenv()).execute(flags));
  }

  static CommandLine commandLine(Map<String, String> environment) {
    return new CommandLine(new Serve())
        .setDefaultValueProvider(new EnvironmentDefaults(environment))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Serve::explain)
        .setExecutionExceptionHandler(Serve::explain);
  }

  private static int explain(ParameterException e, String[] args) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("serve: " + sentence(e.getMessage()));
    err.println("See: serve --help");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static int explain(Exception e, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof CannotStart) {
      command.getErr().println("serve: " + e.getMessage());
      command.getErr().flush();
      return CANNOT_START;
    }
    throw e;
  }

  private static String sentence(@Nullable String text) {
    String stripped = String.valueOf(text).strip();
    return stripped.endsWith(".") ? stripped : stripped + ".";
  }

  @Override
  public Integer call() throws CannotStart, InterruptedException {
    RunningRole.Plan plan = plan();
    Logs.use(logFormat, logLevel.name());
    if (untilStdinEnds) {
      exitWhenStdinEnds();
    }
    RunningRole running = RunningRole.start(plan);
    Duration grace = Duration.ofSeconds(graceSeconds);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAndExit(running, grace), "drain"));
    announce(plan.role().name(), running);
    running.awaitTermination();
    return CommandLine.ExitCode.OK;
  }

  /** Also while it still starts. */
  private static void exitWhenStdinEnds() {
    Thread watch =
        new Thread(
            () -> {
              try (InputStream in = System.in) {
                in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                // That is an end, too.
              }
              System.exit(CommandLine.ExitCode.OK);
            },
            "stdin");
    watch.setDaemon(true);
    watch.start();
  }

  /**
   * Being told to stop is not a failure, which is what the JVM's own exit code for a signal would
   * say.
   */
  private static void stopAndExit(RunningRole running, Duration grace) {
    running.stop(grace);
    Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
  }

  private static void announce(String role, RunningRole running) {
    // In one piece: somebody may be reading along.
    System.out.print(
        String.format(
            "READY role=%s instance=%s port=%d pid=%d%s%n",
            role,
            running.instance(),
            running.port(),
            ProcessHandle.current().pid(),
            running.httpPort() < 0 ? "" : " http=" + running.httpPort()));
    System.out.flush();
  }

  /** What the flags ask for, checked as far as that goes without doing it. */
  RunningRole.Plan plan() {
    Role chosen = chosenRole();
    checkRange("--port", port, 0, 65535);
    if (httpPort != null) {
      checkRange("--http-port", httpPort, 0, 65535);
    }
    checkRange("--patience", patienceSeconds, 0, LONGEST_WAIT.toSeconds());
    checkRange("--grace", graceSeconds, 0, LONGEST_WAIT.toSeconds());
    if (instance != null && !instance.matches("[A-Za-z0-9._-]{1,64}")) {
      throw wrong("--instance \"" + instance + "\" is not 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    checkAddresses("--watch", watch);
    checkAddresses("--instances", instances);
    return new RunningRole.Plan(
        chosen,
        host,
        port,
        httpHost,
        httpPort,
        instance,
        peersOf(chosen),
        Duration.ofSeconds(patienceSeconds),
        new Settings(
            databaseUrl,
            databaseUser,
            databasePassword,
            dataDir,
            instances,
            watch,
            tokenFor(chosen)));
  }

  private void checkAddresses(String flag, List<String> addresses) {
    for (String each : addresses) {
      if (!each.matches(".+:\\d{1,5}")) {
        throw wrong(flag + ": \"" + each + "\" is not host:port");
      }
    }
  }

  private @Nullable String tokenFor(Role chosen) {
    String token = httpTokenFile == null ? httpToken : firstLine(httpTokenFile);
    if (token != null && token.length() < SHORTEST_TOKEN) {
      throw wrong("The token for HTTP has less than " + SHORTEST_TOKEN + " characters");
    }
    boolean hasPage = httpPort != null && chosen.name().equals("gateway");
    if (token == null && hasPage && !isLoopback(httpHost)) {
      throw wrong(
          "--http-host "
              + httpHost
              + " lets other machines reach the page, which starts and ends requests: give"
              + " --http-token-file, or RIPCORD_HTTP_TOKEN");
    }
    return token;
  }

  private String firstLine(Path file) {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      return String.valueOf(lines.readLine()).strip();
    } catch (IOException e) {
      throw wrong("--http-token-file: cannot read " + file);
    }
  }

  /** An unknown host is complained of where it is used. */
  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return true;
    }
  }

  private Role chosenRole() {
    try {
      return Roles.named(role);
    } catch (IllegalArgumentException e) {
      throw wrong("--role: " + e.getMessage());
    }
  }

  private void checkRange(String flag, long value, long least, long most) {
    if (value < least || value > most) {
      throw wrong(flag + " " + value + " is not between " + least + " and " + most);
    }
  }

  private Map<String, Address> peersOf(Role chosen) {
    Map<String, Address> peers = new LinkedHashMap<>();
    for (String peer : chosen.peers()) {
      peers.put(peer, addressOf(chosen, peer));
    }
    return peers;
  }

  private Address addressOf(Role chosen, String peer) {
    String address =
        switch (peer) {
          case "identity" -> identity;
          case "db" -> db;
          case "token" -> token;
          default -> throw new IllegalStateException("no flag gives the address of " + peer);
        };
    if (address == null) {
      throw wrong(
          "The role "
              + chosen.name()
              + " calls "
              + peer
              + ": say where it is with --"
              + peer
              + " host:port (or "
              + EnvironmentDefaults.variableOf(peer)
              + "). It also needs the others of: "
              + String.join(", ", flagsOf(chosen.peers())));
    }
    try {
      return Address.parse(address);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + peer + ": " + e.getMessage());
    }
  }

  private static List<String> flagsOf(List<String> peers) {
    return peers.stream().map(peer -> "--" + peer).toList();
  }

  private ParameterException wrong(String message) {
    if (spec == null) {
      throw new IllegalStateException("not made by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
