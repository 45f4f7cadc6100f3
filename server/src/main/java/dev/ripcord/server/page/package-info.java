/**
 * What runs in all processes, and how to end it, for browsers: pages, a JSON API and events. {@code
 * openapi.yaml} beside the pages says what it answers.
 */
@NullMarked
package dev.ripcord.server.page;

import org.jspecify.annotations.NullMarked;
