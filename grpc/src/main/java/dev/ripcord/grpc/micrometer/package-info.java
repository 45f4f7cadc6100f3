/**
 * Ripcord's numbers as Micrometer meters. Needs {@code io.micrometer:micrometer-core}; nobody who
 * does not touch this package does.
 */
@NullMarked
package dev.ripcord.grpc.micrometer;

import org.jspecify.annotations.NullMarked;
