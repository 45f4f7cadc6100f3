package dev.ripcord.client.cli;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A protobuf message as a tree that {@link Json} can write. Differs from protobuf's own mapping
 * where that is made for browsers: 64-bit numbers stay numbers, bytes are hexadecimal, and names
 * are as in the .proto file.
 */
final class MessageJson {
  private static final String TIMESTAMP = "google.protobuf.Timestamp";
  private static final String DURATION = "google.protobuf.Duration";

  private MessageJson() {}

  /**
   * The fields in the order of their numbers; without {@code unset}, only those that say something.
   */
  static Map<String, Object> of(MessageOrBuilder message, boolean unset) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.hasPresence() ? message.hasField(field) : unset || isSet(message, field)) {
        fields.put(field.getName(), field(field, message.getField(field), unset));
      }
    }
    return fields;
  }

  private static boolean isSet(MessageOrBuilder message, FieldDescriptor field) {
    return field.isRepeated()
        ? message.getRepeatedFieldCount(field) > 0
        : !message.getField(field).equals(field.getDefaultValue());
  }

  private static Object field(FieldDescriptor field, Object value, boolean unset) {
    if (field.isMapField()) {
      return entries((List<?>) value, unset);
    }
    if (value instanceof List<?> items) {
      return items.stream().map(item -> single(item, unset)).toList();
    }
    return single(value, unset);
  }

  private static Map<String, Object> entries(List<?> entries, boolean unset) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Object each : entries) {
      Message entry = (Message) each;
      FieldDescriptor key = entry.getDescriptorForType().findFieldByNumber(1);
      FieldDescriptor value = entry.getDescriptorForType().findFieldByNumber(2);
      map.put(Objects.toString(entry.getField(key)), single(entry.getField(value), unset));
    }
    return map;
  }

  private static Object single(Object value, boolean unset) {
    if (value instanceof EnumValueDescriptor constant) {
      return constant.getName();
    }
    if (value instanceof ByteString bytes) {
      return hex(bytes);
    }
    if (value instanceof Message message) {
      return switch (message.getDescriptorForType().getFullName()) {
        case TIMESTAMP ->
            Instant.ofEpochSecond(number(message, "seconds"), number(message, "nanos")).toString();
        case DURATION -> number(message, "seconds") + number(message, "nanos") / 1e9;
        default -> of(message, unset);
      };
    }
    return value;
  }

  private static long number(Message message, String field) {
    return ((Number) message.getField(message.getDescriptorForType().findFieldByName(field)))
        .longValue();
  }

  static String hex(ByteString bytes) {
    StringBuilder hex = new StringBuilder(2 * bytes.size());
    for (byte b : bytes) {
      hex.append(Character.forDigit((b >> 4) & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
    }
    return hex.toString();
  }
}
