package dev.ripcord.bench.soak;

import com.google.protobuf.StringValue;
import dev.ripcord.Reason;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;

/**
 * What callers say to callees: {@code ECHO text} is answered with itself; {@code WAIT why} and
 * {@code MORTAL why} wait for their end, which is to come for that reason. A mortal caller's may
 * also come because it was killed.
 */
final class Orders {
  static final MethodDescriptor<StringValue, StringValue> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<StringValue, StringValue> STREAM =
      method("Stream", MethodType.BIDI_STREAMING);

  static final String SERVICE = "bench.Soak";
  static final String ECHO = "ECHO ";
  static final String WAIT = "WAIT ";
  static final String MORTAL = "MORTAL ";
  static final String DEADLINE = "DEADLINE";

  private Orders() {}

  private static MethodDescriptor<StringValue, StringValue> method(String name, MethodType type) {
    return MethodDescriptor.<StringValue, StringValue>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .build();
  }

  static String words(Reason reason) {
    return reason.code() + " " + reason.message();
  }
}
