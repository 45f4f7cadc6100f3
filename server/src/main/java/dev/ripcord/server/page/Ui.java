package dev.ripcord.server.page;

import dev.ripcord.server.HttpPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code ui}: shows the page for any set of processes, until Ctrl-C. */
@Command(
    name = "ui",
    sortOptions = false,
    separator = " ",
    usageHelpWidth = 100,
    description = {
      "Shows what runs in these processes on a page of this machine, where it can be canceled."
          + " Prints the page's address."
    },
    footer = {
      "",
      "For instance:",
      "  ripcord ui 127.0.0.1:50050 dns:///db.example:50052",
      "",
      "Exit codes: 1 the page cannot be served; 2 wrong usage; 130 Ctrl-C."
    })
public final class Ui implements Callable<Integer> {
  private static final int CANNOT_START = 1;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "INSTANCE",
      description =
          "The processes: host:port, or the URI of a gRPC name resolver, of which every address is"
              + " taken. Unless given, those of RIPCORD_INSTANCES, separated by commas.")
  private List<String> instances = List.of();

  @Option(
      names = "--port",
      paramLabel = "<port>",
      defaultValue = "0",
      description = "The port of the page; 0 takes any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Shows this.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  /** For picocli. */
  public Ui() {}

  /** Runs it; {@code environment} has RIPCORD_INSTANCES. */
  public static int run(@Nullable String environment, String... flags) {
    Ui ui = new Ui();
    if (environment != null && !environment.isBlank()) {
      ui.instances = List.of(environment.strip().split("[,\\s]+", -1));
    }
    return new CommandLine(ui).execute(flags);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (instances.isEmpty()) {
      throw wrong("Which processes? Give host:port of each, or set RIPCORD_INSTANCES");
    }
    // Loopback only: whoever reaches the page may cancel.
    try (HttpPort http = HttpPort.open(new InetSocketAddress(loopback(), port));
        Page page = Page.open(http, Page.Plan.watching("ui", "1", instances, null))) {
      Runtime.getRuntime().addShutdownHook(new Thread(page::close, "page"));
      PrintWriter out = command().getOut();
      out.printf(Locale.ROOT, "http://127.0.0.1:%d/%n", http.port());
      out.flush();
      new CountDownLatch(1).await();
      return CommandLine.ExitCode.OK;
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      PrintWriter err = command().getErr();
      err.println("ripcord: cannot listen on 127.0.0.1:" + port + ": " + e.getMessage());
      err.flush();
      return CANNOT_START;
    }
  }

  private static InetAddress loopback() throws UnknownHostException {
    return InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
  }

  private CommandLine command() {
    if (spec == null) {
      throw new IllegalStateException("not made by picocli");
    }
    return spec.commandLine();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command(), message);
  }
}
