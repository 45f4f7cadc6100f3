/** What tests of code that uses contexts need: time that stands still until it is moved. */
@NullMarked
package dev.ripcord.testing;

import org.jspecify.annotations.NullMarked;
