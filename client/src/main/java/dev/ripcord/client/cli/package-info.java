/** The command line: how one talks to the services from a shell. */
@NullMarked
package dev.ripcord.client.cli;

import org.jspecify.annotations.NullMarked;
