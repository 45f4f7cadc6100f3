/**
 * Numbers of SQL as Micrometer meters. Needs {@code io.micrometer:micrometer-core}; nobody who does
 * not touch this package does.
 */
@NullMarked
package dev.ripcord.jdbc.micrometer;

import org.jspecify.annotations.NullMarked;
