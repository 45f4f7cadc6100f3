@NullMarked
package dev.ripcord.client;

import org.jspecify.annotations.NullMarked;
