/** A name that gRPC gives: the class in it decides where contexts are kept. */
@NullMarked
package io.grpc.override;

import org.jspecify.annotations.NullMarked;
