/**
 * Typed clients for the four services.
 *
 * <p>{@link dev.ripcord.client.ServiceConnection} is the way in: it owns the channel to one process
 * and has the stubs for it. Every call belongs to a {@link dev.ripcord.Context}: the current one,
 * or an explicit one. {@link dev.ripcord.client.Main} is the command line made of it.
 */
@NullMarked
package dev.ripcord.client;

import org.jspecify.annotations.NullMarked;
