package dev.ripcord.grpc;

import dev.ripcord.proto.v1.FromCaller;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What came on a control stream, sense or not: a message that cannot be read must not end the
 * stream by itself.
 *
 * @param said null if it is none, or too long
 */
record ControlMessage(@Nullable FromCaller said) {
  private static final ControlMessage SENSELESS = new ControlMessage(null);

  static final int MAX_BYTES = 16 * 1024;

  static final MethodDescriptor.Marshaller<ControlMessage> MARSHALLER =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(ControlMessage message) {
          byte[] bytes = message.said == null ? new byte[0] : message.said.toByteArray();
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public ControlMessage parse(InputStream stream) {
          try {
            // gRPC's streams know their length: no buffer of the largest size for every message.
            int length = Math.min(stream.available(), MAX_BYTES);
            byte[] bytes = stream.readNBytes(length + 1);
            return bytes.length > length
                ? SENSELESS
                : new ControlMessage(FromCaller.parseFrom(bytes));
          } catch (IOException senseless) {
            return SENSELESS;
          }
        }
      };
}
