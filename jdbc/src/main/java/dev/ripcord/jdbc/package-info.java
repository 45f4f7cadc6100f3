/**
 * SQL that stops on the database server when its context ends. The door is {@link
 * dev.ripcord.jdbc.ContextDataSource}.
 */
@NullMarked
package dev.ripcord.jdbc;

import org.jspecify.annotations.NullMarked;
