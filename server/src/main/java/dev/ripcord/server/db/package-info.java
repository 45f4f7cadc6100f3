/** The db role: named, parameterised queries over PostgreSQL. */
@NullMarked
package dev.ripcord.server.db;

import org.jspecify.annotations.NullMarked;
