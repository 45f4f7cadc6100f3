/**
 * What a thousand and what a million contexts, and deadlines, cost: time, memory, lateness. Each
 * contender is measured in a JVM of its own, with the same heap.
 */
@NullMarked
package dev.ripcord.bench.scale;

import org.jspecify.annotations.NullMarked;
