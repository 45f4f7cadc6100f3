package dev.ripcord.server;

import dev.ripcord.Context;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.gateway.v1.ExportRequest;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.identity.v1.FindLeakedRequest;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.identity.v1.OpenSessionRequest;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says of each call what it is at, for those who look at trees: the name of the query, the hash.
 * Names only, never whom it is about.
 */
final class Doings implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    CallIdentity identity = CallIdentity.of(Context.current());
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    if (identity == null) {
      return listener;
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q message) {
        String doing = of(message);
        if (doing != null) {
          identity.doing(doing);
        }
        super.onMessage(message);
      }
    };
  }

  private static @Nullable String of(Object message) {
    if (message instanceof QueryRequest query) {
      return "query " + query.getName();
    } else if (message instanceof VerifyRequest verify) {
      return verify.getLoad() == Load.HEAVY ? "hash chain of the audit trail" : "ES256 signature";
    } else if (message instanceof GetProfileRequest profile) {
      return profile.getLoad() == Load.HEAVY ? "profile and all activity" : "profile";
    } else if (message instanceof OpenSessionRequest) {
      return "Argon2id hash";
    } else if (message instanceof IssueRequest) {
      return "ES256 signature";
    } else if (message instanceof LoginRequest) {
      return "login";
    } else if (message instanceof OverviewRequest overview) {
      return "overview of " + branches(overview);
    } else if (message instanceof ExportRequest) {
      return "stream of orders";
    } else if (message instanceof AnswerLeakRequest) {
      return "answer to a leak";
    } else if (message instanceof FindLeakedRequest) {
      return "Argon2id hashes";
    } else if (message instanceof RotateKeyRequest) {
      return "lock of the keys";
    }
    return null;
  }

  private static String branches(OverviewRequest overview) {
    if (overview.getBranchesCount() == 0) {
      return "identity, db and token";
    }
    return overview.getBranchesList().stream()
        .map(branch -> branch.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
