/**
 * What a call costs: bare grpc-java, grpc-java with an interceptor that copies headers, with
 * OpenTelemetry's instrumentation, and with Ripcord.
 *
 * <p>Each side has a process of its own, with its client and its server, over loopback: so each has
 * the machine code the JVM makes for it alone. The processes take turns in short blocks, so that
 * whatever else the machine does hits all of them.
 */
@NullMarked
package dev.ripcord.bench.rpc;

import org.jspecify.annotations.NullMarked;
