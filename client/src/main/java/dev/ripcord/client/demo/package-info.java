/**
 * The demo: four real processes and a database, twelve ways for a request to end, and what each
 * process saw of it.
 */
@NullMarked
package dev.ripcord.client.demo;

import org.jspecify.annotations.NullMarked;
