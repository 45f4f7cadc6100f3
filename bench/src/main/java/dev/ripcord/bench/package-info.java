@NullMarked
package dev.ripcord.bench;

import org.jspecify.annotations.NullMarked;
