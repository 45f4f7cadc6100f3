/**
 * How fast a cancel reaches the deepest handler.
 *
 * <p>{@link dev.ripcord.bench.cascade.CascadeGroup}: chains, fan-outs and a tree of handlers that
 * only wait, through five processes. Ripcord and bare grpc-java are in the same five; grpc-go and
 * Finagle mux have as many of their own, with an edge of their own. All are cancelled in turns.
 *
 * <p>What a handler does is the same for all, in each's own way. At the bottom it blocks until its
 * context ends: a thread in Java, a goroutine in Go. In between it makes its calls and waits for
 * their ends, in Finagle without a thread. Asynchronous ones leave a listener instead; in Go there
 * is no such thing, and they are goroutines again. It has stopped when it has nothing more to do
 * but return.
 *
 * <p>{@link dev.ripcord.bench.cascade.CascadeTwinCommand}: Ripcord's services, SQL and all, beside
 * a twin of the same shape that is made of bare grpc-java.
 *
 * <p>The twin is what a careful team would write without Ripcord: blocking handlers, {@code
 * io.grpc.Context} carried to the branches, a listener on it that calls {@link
 * java.sql.Statement#cancel}. It has the same tree, gateway to identity to db, db and token, in as
 * many processes, the same statements on the same PostgreSQL server, and the same kind of CPU work
 * in token. A handler's end is taken at the same place: when its method has returned to gRPC. It
 * leaves out what would slow it down and Ripcord does as well: values, ids, deadlines, a registry,
 * reasons, logs.
 */
@NullMarked
package dev.ripcord.bench.cascade;

import org.jspecify.annotations.NullMarked;
