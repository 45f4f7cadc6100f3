/**
 * As many cancels as one connection takes, beside calls of somebody else on it: how many come
 * through, what the others feel, and whether the connection lives where the server counts resets.
 */
@NullMarked
package dev.ripcord.bench.storm;

import org.jspecify.annotations.NullMarked;
