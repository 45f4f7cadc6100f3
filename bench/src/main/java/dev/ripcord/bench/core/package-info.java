/**
 * What the operations of the tree cost, one by one: JMH, each contender in JVMs of its own.
 *
 * <p>One class per question, one method per contender: {@code ours}, {@code grpc} for {@code
 * io.grpc.Context}, {@code kotlin} for kotlinx.coroutines' {@code Job}, {@code future} for a tree
 * made of {@code CompletableFuture}s, {@code scope} for the JDK's {@code StructuredTaskScope}. All
 * are asked for the same thing in the way their own documentation tells; where one has no such
 * thing it is left out.
 */
@NullMarked
package dev.ripcord.bench.core;

import org.jspecify.annotations.NullMarked;
