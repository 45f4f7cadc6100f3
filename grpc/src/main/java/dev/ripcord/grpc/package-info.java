@NullMarked
package dev.ripcord.grpc;

import org.jspecify.annotations.NullMarked;
