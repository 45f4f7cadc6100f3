package dev.ripcord.bench.rpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.instrumentation.grpc.v1_6.GrpcTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.Collection;
import java.util.List;

/**
 * OpenTelemetry's instrumentation of gRPC, as a service has it in production: every call traced,
 * spans handed over in batches, trace context and baggage in W3C's headers. Who takes the spans
 * drops them, so nothing is paid for a collector. It is a tracer and not a canceller; what makes it
 * a peer is that it carries values and a parent's id over every call, as Ripcord does.
 */
final class Traced implements Side {
  private static final List<String> NAMES = Side.names();

  private final GrpcTelemetry telemetry = GrpcTelemetry.create(sdk());

  private static OpenTelemetry sdk() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .setSampler(Sampler.alwaysOn())
                .addSpanProcessor(BatchSpanProcessor.builder(new Dropping()).build())
                .build())
        .setPropagators(
            ContextPropagators.create(
                TextMapPropagator.composite(
                    W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
        .build();
  }

  @Override
  public void install(NettyServerBuilder server) {
    server.intercept(telemetry.createServerInterceptor());
  }

  @Override
  public void install(NettyChannelBuilder channel) {
    channel.intercept(telemetry.createClientInterceptor());
  }

  @Override
  public void with(int values, Runnable calls) {
    BaggageBuilder baggage = Baggage.builder();
    NAMES.subList(0, values).forEach(name -> baggage.put(name, VALUE));
    Context.root().with(baggage.build()).wrap(calls).run();
  }

  @Override
  public int received() {
    Baggage baggage = Baggage.current();
    int found = 0;
    while (found < MOST_VALUES && baggage.getEntryValue(NAMES.get(found)) != null) {
      found++;
    }
    return found;
  }

  /** Where the spans end. */
  private static final class Dropping implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
