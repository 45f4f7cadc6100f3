package dev.ripcord.server.token;

import dev.ripcord.Context;
import dev.ripcord.server.Answer;
import dev.ripcord.server.CpuPool;
import dev.ripcord.server.Fields;
import dev.ripcord.services.token.v1.Claims;
import dev.ripcord.services.token.v1.GetKeysReply;
import dev.ripcord.services.token.v1.GetKeysRequest;
import dev.ripcord.services.token.v1.IntrospectReply;
import dev.ripcord.services.token.v1.IntrospectRequest;
import dev.ripcord.services.token.v1.IssueReply;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.RevokeReply;
import dev.ripcord.services.token.v1.RevokeRequest;
import dev.ripcord.services.token.v1.RotateKeyReply;
import dev.ripcord.services.token.v1.RotateKeyRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyReply;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Supplier;

/** The token service's calls: checks what came, asks the {@link Issuer}, answers. */
final class TokenService extends TokenGrpc.TokenImplBase {
  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_ROLE = 64;
  private static final int MOST_ROLES = 32;
  private static final int LONGEST_TOKEN = 8 * 1024;
  private static final Duration USUAL_VALIDITY = Duration.ofMinutes(15);

  private final Issuer issuer;
  private final CpuPool proofs;
  private final Supplier<Visit> visit;

  TokenService(Issuer issuer, CpuPool proofs, Supplier<Visit> visit) {
    this.issuer = issuer;
    this.proofs = proofs;
    this.visit = visit;
  }

  @Override
  public void issue(IssueRequest request, StreamObserver<IssueReply> caller) {
    Answer.with(caller, () -> issue(request));
  }

  private IssueReply issue(IssueRequest request) throws InterruptedException {
    Visit here = visit.get();
    String subject = Fields.text("subject", request.getSubject(), LONGEST_NAME);
    String session = Fields.optionalText("session_id", request.getSessionId(), LONGEST_NAME);
    checkRoles(request);
    Issuer.Issued issued =
        issuer.issue(
            Context.current(),
            subject,
            session,
            request.getRolesList(),
            validity(request.getValidSeconds()));
    return IssueReply.newBuilder()
        .setToken(issued.token())
        .setClaims(issued.claims())
        .addVisits(here)
        .build();
  }

  private static void checkRoles(IssueRequest request) {
    if (request.getRolesCount() > MOST_ROLES) {
      throw Fields.refused("roles are " + request.getRolesCount() + ", more than " + MOST_ROLES);
    }
    request.getRolesList().forEach(role -> Fields.text("roles", role, LONGEST_ROLE));
  }

  private static Duration validity(long seconds) {
    if (seconds == 0) {
      return USUAL_VALIDITY;
    }
    return Duration.ofSeconds(
        Fields.number("valid_seconds", seconds, 1, Issuer.LONGEST_VALIDITY.toSeconds()));
  }

  @Override
  public void verify(VerifyRequest request, StreamObserver<VerifyReply> caller) {
    Answer.with(caller, () -> verify(request));
  }

  private VerifyReply verify(VerifyRequest request) throws Exception {
    Visit here = visit.get();
    String token = Fields.secret("token", request.getToken(), LONGEST_TOKEN);
    boolean heavy = Fields.load(request.getLoad()) == Load.HEAVY;
    return VerifyReply.newBuilder().setClaims(verify(token, heavy)).addVisits(here).build();
  }

  private Claims verify(String token, boolean heavy) throws Exception {
    Context context = Context.current();
    try {
      return heavy
          ? proofs.call(context, () -> issuer.verifyWithTrail(Context.current(), token))
          : issuer.verify(context, token);
    } catch (RejectedToken e) {
      throw Status.UNAUTHENTICATED.withDescription(e.getMessage()).asRuntimeException();
    } catch (BrokenTrail e) {
      throw Status.DATA_LOSS.withDescription(e.getMessage()).asRuntimeException();
    }
  }

  @Override
  public void introspect(IntrospectRequest request, StreamObserver<IntrospectReply> caller) {
    Answer.with(
        caller, () -> introspect(Fields.secret("token", request.getToken(), LONGEST_TOKEN)));
  }

  private IntrospectReply introspect(String token) throws InterruptedException {
    try {
      Claims claims = issuer.verify(Context.current(), token);
      return IntrospectReply.newBuilder().setActive(true).setClaims(claims).build();
    } catch (RejectedToken e) {
      return IntrospectReply.newBuilder().setWhyNot(e.getMessage()).setClaims(e.claims()).build();
    }
  }

  @Override
  public void revoke(RevokeRequest request, StreamObserver<RevokeReply> caller) {
    Answer.with(
        caller,
        () -> {
          String id = Fields.text("token_id", request.getTokenId(), LONGEST_NAME);
          return RevokeReply.newBuilder().setRevoked(issuer.revoke(Context.current(), id)).build();
        });
  }

  @Override
  public void rotateKey(RotateKeyRequest request, StreamObserver<RotateKeyReply> caller) {
    Answer.with(
        caller,
        () -> {
          Visit here = visit.get();
          String id = issuer.rotateKey(Context.current());
          return RotateKeyReply.newBuilder().setKeyId(id).addVisits(here).build();
        });
  }

  @Override
  public void getKeys(GetKeysRequest request, StreamObserver<GetKeysReply> caller) {
    Answer.with(
        caller, () -> GetKeysReply.newBuilder().setJwks(issuer.jwks(Context.current())).build());
  }
}
