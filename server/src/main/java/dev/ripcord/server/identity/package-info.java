/**
 * The identity role: who somebody is, whether the password is right, and which sessions are open.
 */
@NullMarked
package dev.ripcord.server.identity;

import org.jspecify.annotations.NullMarked;
