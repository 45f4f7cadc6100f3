@NullMarked
package dev.ripcord.server;

import org.jspecify.annotations.NullMarked;
