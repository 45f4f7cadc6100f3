/** The programs of docs/story.md, in the order in which it tells them. */
@NullMarked
package dev.ripcord.examples;

import org.jspecify.annotations.NullMarked;
