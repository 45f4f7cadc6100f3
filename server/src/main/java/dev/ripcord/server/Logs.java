package dev.ripcord.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * How this process logs: to standard error, as text for people or as JSON for machines. Configured
 * in code, which is one file less to look for and starts faster than XML.
 */
public final class Logs extends ContextAwareBase implements Configurator {

  // Held here, since java.util.logging forgets a logger that nobody holds, its level and filter
  // with it.
  private static final java.util.logging.Logger JUL_ROOT = java.util.logging.Logger.getLogger("");
  private static final java.util.logging.Logger JUL_OURS =
      java.util.logging.Logger.getLogger("dev.ripcord");
  private static final java.util.logging.Logger JUL_TRANSPORT =
      java.util.logging.Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler");

  /** What a line looks like. */
  enum Format {
    /** For people. */
    TEXT,
    /** One JSON object per line. */
    JSON
  }

  /** For logback, which finds it through the service loader. */
  public Logs() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    configure(context, Format.TEXT, Level.WARN); // until told by use()
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Takes effect at once, for java.util.logging and System.Logger too. */
  static void use(Format format, String level) {
    ILoggerFactory factory = LoggerFactory.getILoggerFactory();
    if (factory instanceof LoggerContext context) {
      configure(context, format, Level.toLevel(level, Level.INFO));
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    // Filtered there already: a record that crosses the bridge costs much more than one that does
    // not.
    JUL_ROOT.setLevel(java.util.logging.Level.WARNING);
    JUL_OURS.setLevel(
        level.equalsIgnoreCase("debug")
            ? java.util.logging.Level.FINE
            : java.util.logging.Level.INFO);
    // A caller who cancels a stream whose rows wait for him is no trouble. The transport warns of
    // it, with a stack trace.
    JUL_TRANSPORT.setFilter(record -> !"Stream Error".equals(record.getMessage()));
  }

  private static void configure(LoggerContext context, Format format, Level level) {
    context.reset();
    Encoder<ILoggingEvent> encoder = format == Format.JSON ? json() : text();
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("console");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(console);
    context.getLogger("dev.ripcord").setLevel(level);
    context
        .getLogger("com.password4j")
        .setLevel(Level.ERROR); // wants a file for a setting we make in code
  }

  private static Encoder<ILoggingEvent> text() {
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setPattern(
        "%d{HH:mm:ss.SSS} %-5level %-16.-16logger{0} %msg%replace( %kvp{NONE}){' $', ''}%n");
    return text;
  }

  private static Encoder<ILoggingEvent> json() {
    JsonEncoder json = new JsonEncoder();
    json.setWithSequenceNumber(false);
    json.setWithNanoseconds(false);
    json.setWithContext(false);
    json.setWithArguments(false);
    json.setWithMessage(false);
    json.setWithFormattedMessage(true);
    return json;
  }
}
