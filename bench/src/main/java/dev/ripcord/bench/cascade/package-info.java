/**
 * How fast a cancel reaches the deepest handler.
 *
 * <p>{@link dev.ripcord.bench.cascade.CascadeGroup}: chains, fan-outs and a tree of handlers that
 * only wait, through five processes. Each process serves both variants, and they are cancelled in
 * turns.
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
