package dev.ripcord.grpc;

import io.grpc.Metadata;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The header {@code grpc-timeout}: a number and its unit. */
final class GrpcTimeout {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  private GrpcTimeout() {}

  /** The time a call was given; null if none, or if it is malformed, which gRPC itself answers. */
  static @Nullable Duration of(Metadata headers) {
    String text = headers.get(HEADER);
    return text == null ? null : parse(text);
  }

  private static @Nullable Duration parse(String text) {
    if (text.length() < 2 || text.length() > 9) {
      return null;
    }
    try {
      long number = Long.parseLong(text.substring(0, text.length() - 1));
      return switch (text.charAt(text.length() - 1)) {
        case 'n' -> Duration.ofNanos(number);
        case 'u' -> Duration.ofNanos(number * 1_000);
        case 'm' -> Duration.ofMillis(number);
        case 'S' -> Duration.ofSeconds(number);
        case 'M' -> Duration.ofMinutes(number);
        case 'H' -> Duration.ofHours(number);
        default -> null;
      };
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
