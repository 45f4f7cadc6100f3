package dev.ripcord.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Passwords that have become known, as such lists come: one a line.
 *
 * @param all without blank lines
 */
record Passwords(List<String> all) {
  static final Passwords NONE = new Passwords(List.of());

  /** Says how many. */
  @Override
  public String toString() {
    return all.size() + " passwords";
  }

  /** Reads a file of them. */
  static final class Converter implements ITypeConverter<Passwords> {
    @Override
    public Passwords convert(String file) {
      try {
        return new Passwords(
            Files.readAllLines(Path.of(file)).stream().filter(line -> !line.isBlank()).toList());
      } catch (IOException e) {
        throw new TypeConversionException("cannot read \"" + file + "\": " + e);
      }
    }
  }
}
