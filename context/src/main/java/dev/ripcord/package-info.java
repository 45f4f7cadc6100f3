/**
 * The context tree: a deadline, a cancellation with its reason, and values, handed from a request
 * to all the work done for it.
 *
 * <p>Start with {@link dev.ripcord.Context}; everything else answers a question that comes up
 * there.
 */
@NullMarked
package dev.ripcord;

import org.jspecify.annotations.NullMarked;
