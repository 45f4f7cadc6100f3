/**
 * What it costs that SQL stops with its context, and how soon it stops. Everything is measured on
 * one connection pool of one process, on the PostgreSQL that comes with the server.
 */
@NullMarked
package dev.ripcord.bench.sql;

import org.jspecify.annotations.NullMarked;
