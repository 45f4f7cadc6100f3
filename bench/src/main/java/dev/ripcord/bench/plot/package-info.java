/** Plots of what was measured, as SVG: curves over an axis, and ranges per category. */
@NullMarked
package dev.ripcord.bench.plot;

import org.jspecify.annotations.NullMarked;
