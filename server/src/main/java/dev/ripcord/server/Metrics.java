package dev.ripcord.server;

import dev.ripcord.grpc.Ripcord;
import dev.ripcord.grpc.micrometer.RipcordMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The numbers of this process, as Prometheus reads them. */
final class Metrics {
  /** Of the text that {@link #scrape} makes. */
  static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private Metrics() {}

  static Metrics of(Ripcord ripcord) {
    Metrics metrics = new Metrics();
    new RipcordMetrics(ripcord).bindTo(metrics.registry);
    return metrics;
  }

  /** For whoever has more to count. */
  MeterRegistry registry() {
    return registry;
  }

  String scrape() {
    return registry.scrape();
  }
}
