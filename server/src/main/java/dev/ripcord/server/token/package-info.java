/** The token role: JSON Web Tokens signed with ES256, their keys, revocations and audit trail. */
@NullMarked
package dev.ripcord.server.token;

import org.jspecify.annotations.NullMarked;
