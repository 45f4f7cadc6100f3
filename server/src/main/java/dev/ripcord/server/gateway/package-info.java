/**
 * The gateway role: the only one that people talk to; it asks the others and merges what they say.
 */
@NullMarked
package dev.ripcord.server.gateway;

import org.jspecify.annotations.NullMarked;
