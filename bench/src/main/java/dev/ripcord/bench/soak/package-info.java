/**
 * Mixed load for a long time, over real processes, some of which are killed and started again.
 *
 * <p>There are two callers and two callees, and each caller calls both. One of either is mortal: it
 * is killed now and then, and another begins in its place. The other lives from the first call to
 * the last, and what it keeps is measured. The same four of bare grpc-java stand beside them, for
 * the throughput, and are never killed.
 *
 * <p>Every call knows how it is to end, and its callee why: what ends otherwise is counted, unless
 * its callee, or its caller, was killed meanwhile.
 */
@NullMarked
package dev.ripcord.bench.soak;

import org.jspecify.annotations.NullMarked;
