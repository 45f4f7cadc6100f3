package dev.ripcord.server.db;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement that callers know by name, with the parameters it takes. In its SQL a parameter is
 * written {@code :name}; {@code :tenant} stands for the tenant of the call, which callers cannot
 * give as a parameter.
 */
final class NamedQuery {
  static final String TENANT = "tenant";
  private static final Pattern PLACEHOLDER = Pattern.compile("(?<!:):([a-z_]+)"); // and not ::type

  private final String name;
  private final String description;
  private final boolean changesData;
  private final List<Parameter> parameters;
  private final String sql;
  private final List<String> placeholders;

  private NamedQuery(
      String name,
      String description,
      boolean changesData,
      String text,
      List<Parameter> parameters) {
    this.name = name;
    this.description = description;
    this.changesData = changesData;
    this.parameters = parameters;
    Matcher matcher = PLACEHOLDER.matcher(text);
    this.placeholders = matcher.results().map(found -> found.group(1)).toList();
    this.sql = matcher.replaceAll("?");
    checkPlaceholders();
  }

  private void checkPlaceholders() {
    List<String> known = new ArrayList<>(parameterNames());
    known.add(TENANT);
    if (!known.containsAll(placeholders) || !placeholders.containsAll(parameterNames())) {
      throw new IllegalArgumentException(
          name + ": its SQL names " + placeholders + ", its parameters are " + known);
    }
  }

  /** One that reads. */
  static NamedQuery read(String name, String description, String sql, Parameter... parameters) {
    return new NamedQuery(name, description, false, sql, List.of(parameters));
  }

  /** One that changes data. */
  static NamedQuery change(String name, String description, String sql, Parameter... parameters) {
    return new NamedQuery(name, description, true, sql, List.of(parameters));
  }

  String name() {
    return name;
  }

  String description() {
    return description;
  }

  boolean changesData() {
    return changesData;
  }

  List<String> parameterNames() {
    return parameters.stream().map(Parameter::name).toList();
  }

  /** With {@code ?} for each placeholder. */
  String sql() {
    return sql;
  }

  /**
   * Checks what a caller gave, all of it at once.
   *
   * @throws IllegalArgumentException with everything that is wrong
   */
  Map<String, Object> check(Map<String, String> given, String tenant) {
    List<String> wrong = new ArrayList<>();
    Map<String, Object> values = new HashMap<>();
    for (Parameter parameter : parameters) {
      String text = given.get(parameter.name());
      if (text == null) {
        wrong.add(parameter.name() + " is missing");
      } else {
        check(parameter, text, values, wrong);
      }
    }
    for (String unknown : new TreeSet<>(given.keySet())) {
      if (!parameterNames().contains(unknown)) {
        wrong.add(shortened(unknown) + " is unknown");
      }
    }
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(
          "query "
              + name
              + ": "
              + String.join("; ", wrong)
              + ". Its parameters are: "
              + parameterNames());
    }
    values.put(TENANT, tenant);
    return values;
  }

  private static void check(
      Parameter parameter, String text, Map<String, Object> values, List<String> wrong) {
    try {
      values.put(parameter.name(), parameter.type().value(text));
    } catch (IllegalArgumentException e) {
      wrong.add(parameter.name() + " is not " + e.getMessage());
    }
  }

  private static String shortened(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }

  /** Puts checked values in their places. */
  void bind(PreparedStatement statement, Map<String, Object> values) throws SQLException {
    for (int i = 0; i < placeholders.size(); i++) {
      statement.setObject(i + 1, values.get(placeholders.get(i)));
    }
  }
}
