/**
 * The asking side of {@code ripcord.v1.Contexts}: looks at what runs in many processes at once, and
 * ends it there. Needs some gRPC transport on the class path.
 */
@NullMarked
package dev.ripcord.grpc.operator;

import org.jspecify.annotations.NullMarked;
