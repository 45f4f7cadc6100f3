package dev.ripcord.bench.rpc;

import com.google.protobuf.StringValue;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.function.IntSupplier;

/** The service that all sides serve: it says what it is told. */
final class Echo {
  static final MethodDescriptor<StringValue, StringValue> UNARY = method("Unary", MethodType.UNARY);
  static final MethodDescriptor<StringValue, StringValue> STREAM =
      method("Stream", MethodType.BIDI_STREAMING);

  private static final String SERVICE = "bench.Echo";

  private Echo() {}

  private static MethodDescriptor<StringValue, StringValue> method(String name, MethodType type) {
    return MethodDescriptor.<StringValue, StringValue>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
        .setSampledToLocalTracing(true)
        .build();
  }

  /**
   * The service. {@code values} is what its handlers read their caller's values with: it returns
   * how many there are.
   */
  static ServerServiceDefinition service(IntSupplier values) {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(
            UNARY,
            ServerCalls.asyncUnaryCall(
                (request, caller) -> {
                  caller.onNext(answer(request, values));
                  caller.onCompleted();
                }))
        .addMethod(
            STREAM, ServerCalls.asyncBidiStreamingCall(caller -> new Answers(caller, values)))
        .build();
  }

  /** Whoever loses a value is not to look fast. */
  private static StringValue answer(StringValue request, IntSupplier values) {
    int found = values.getAsInt();
    if (found != request.getValue().charAt(0)) {
      throw new IllegalStateException("values that arrived: " + found);
    }
    return request;
  }

  /** A request that asks for so many values to have come with it. */
  static StringValue request(int values) {
    return StringValue.of((char) values + "x".repeat(99));
  }

  private record Answers(StreamObserver<StringValue> caller, IntSupplier values)
      implements StreamObserver<StringValue> {
    @Override
    public void onNext(StringValue request) {
      caller.onNext(answer(request, values));
    }

    @Override
    public void onError(Throwable failure) {
      // The call is over.
    }

    @Override
    public void onCompleted() {
      caller.onCompleted();
    }
  }
}
