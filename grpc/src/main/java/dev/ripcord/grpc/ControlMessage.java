package dev.ripcord.grpc;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What came on a control stream, sense or not: a message that cannot be read must not end the
 * stream by itself.
 *
 * @param bytes of a FromCaller, or of what should be one; null if they are too many
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and handed on once
record ControlMessage(byte @Nullable [] bytes) {
  private static final ControlMessage SENSELESS = new ControlMessage(null);

  static final int MAX_BYTES = 16 * 1024;

  static final MethodDescriptor.Marshaller<ControlMessage> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(ControlMessage message) {
          byte[] bytes = message.bytes;
          return new ByteArrayInputStream(bytes == null ? new byte[0] : bytes);
        }

        @Override
        public ControlMessage parse(InputStream stream) {
          try {
            // gRPC's streams know their length: no buffer of the largest size for every message.
            int length = Math.min(stream.available(), MAX_BYTES);
            byte[] bytes = stream.readNBytes(length + 1);
            return bytes.length > length ? SENSELESS : new ControlMessage(bytes);
          } catch (IOException senseless) {
            return SENSELESS;
          }
        }
      };
}
