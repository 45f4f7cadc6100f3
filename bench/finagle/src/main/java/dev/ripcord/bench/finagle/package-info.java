/**
 * The trees of the group {@code cascade} as Finagle mux has them. Its cancel carries a string; for
 * the rest it is told what {@link dev.ripcord.bench.cascade.NodeProcess} and {@link
 * dev.ripcord.bench.cascade.EdgeProcess} are.
 *
 * <p>A handler at the bottom blocks a thread until its request is discarded, as grpc-java's does,
 * or with {@code !} only leaves a listener. A handler between makes its calls and returns their
 * futures: no thread waits, and interrupts go down by themselves, which is how Finagle is used.
 */
@NullMarked
package dev.ripcord.bench.finagle;

import org.jspecify.annotations.NullMarked;
