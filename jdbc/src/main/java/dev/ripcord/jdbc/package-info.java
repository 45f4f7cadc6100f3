@NullMarked
package dev.ripcord.jdbc;

import org.jspecify.annotations.NullMarked;
