package dev.ripcord.server.identity;

import com.google.protobuf.Timestamp;
import dev.ripcord.Context;
import dev.ripcord.Reason;
import dev.ripcord.grpc.CallIdentity;
import dev.ripcord.grpc.RequestId;
import dev.ripcord.grpc.Ripcord;
import dev.ripcord.server.Answer;
import dev.ripcord.server.Elsewhere;
import dev.ripcord.server.Fields;
import dev.ripcord.server.SessionKey;
import dev.ripcord.services.identity.v1.CheckSessionReply;
import dev.ripcord.services.identity.v1.CheckSessionRequest;
import dev.ripcord.services.identity.v1.FindLeakedReply;
import dev.ripcord.services.identity.v1.FindLeakedRequest;
import dev.ripcord.services.identity.v1.GetProfileReply;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.identity.v1.OpenSessionReply;
import dev.ripcord.services.identity.v1.OpenSessionRequest;
import dev.ripcord.services.identity.v1.Profile;
import dev.ripcord.services.identity.v1.RevokeSessionReply;
import dev.ripcord.services.identity.v1.RevokeSessionRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The identity service's calls: checks what came, asks the {@link Directory}, answers. */
final class IdentityService extends IdentityGrpc.IdentityImplBase {
  private static final int LONGEST_USER = 64;
  private static final int LONGEST_PASSWORD = 512;
  private static final int MOST_LEAKED = 1_000;
  private static final int LONGEST_SESSION = 128;
  private static final Duration SESSION_VALIDITY = Duration.ofHours(8);

  private static final Reason REVOKED = Reason.AUTH_REVOKED.withMessage("session was revoked");

  private final Directory directory;
  private final Passwords passwords;
  private final InstantSource clock;
  private final Supplier<Visit> visit;
  private final Ripcord ripcord;
  private final Elsewhere elsewhere;
  private final SessionWork work = new SessionWork();

  IdentityService(
      Directory directory,
      Passwords passwords,
      InstantSource clock,
      Supplier<Visit> visit,
      Ripcord ripcord,
      Elsewhere elsewhere) {
    this.directory = directory;
    this.passwords = passwords;
    this.clock = clock;
    this.visit = visit;
    this.ripcord = ripcord;
    this.elsewhere = elsewhere;
  }

  /** The request is part of this session from here on, and ends with it. */
  private void begin(@Nullable String session) {
    CallIdentity call = CallIdentity.of(Context.current());
    if (session != null && call != null && !work.begin(session, call.requestId())) {
      throw rejected("session was revoked");
    }
  }

  @Override
  public void getProfile(GetProfileRequest request, StreamObserver<GetProfileReply> caller) {
    Answer.with(caller, () -> getProfile(request));
  }

  private GetProfileReply getProfile(GetProfileRequest request) {
    GetProfileReply.Builder reply = GetProfileReply.newBuilder().addVisits(visit.get());
    begin(Context.current().value(SessionKey.KEY));
    String name = Fields.text("user", request.getUser(), LONGEST_USER);
    boolean heavy = Fields.load(request.getLoad()) == Load.HEAVY;
    Directory.User user = known(name, reply::addVisits);
    Profile.Builder profile = profile(user);
    if (heavy) {
      profile.setOrders(directory.ordersFromActivity(user.name(), reply::addVisits));
    }
    return reply.setProfile(profile).build();
  }

  private Directory.User known(String name, Consumer<Visit> visits) {
    Directory.User user = directory.user(name, visits);
    if (user == null) {
      throw Status.NOT_FOUND
          .withDescription("there is no user \"" + name + "\"")
          .asRuntimeException();
    }
    return user;
  }

  private static Profile.Builder profile(Directory.User user) {
    return Profile.newBuilder()
        .setUser(user.name())
        .setDisplayName(user.displayName())
        .setEmail(user.email())
        .addAllRoles(user.roles());
  }

  @Override
  public void openSession(OpenSessionRequest request, StreamObserver<OpenSessionReply> caller) {
    Answer.with(caller, () -> openSession(request));
  }

  private OpenSessionReply openSession(OpenSessionRequest request) throws Exception {
    OpenSessionReply.Builder reply = OpenSessionReply.newBuilder().addVisits(visit.get());
    String name = Fields.text("user", request.getUser(), LONGEST_USER);
    String password = Fields.secret("password", request.getPassword(), LONGEST_PASSWORD);
    Directory.User user = authenticated(name, password, reply);
    String id = SessionId.random();
    Instant expiresAt = clock.instant().plus(SESSION_VALIDITY);
    directory.openSession(SessionKey.of(id), user.name(), SESSION_VALIDITY, reply::addVisits);
    return reply
        .setSessionId(id)
        .setExpiresAt(timestamp(expiresAt))
        .addAllRoles(user.roles())
        .build();
  }

  /** One answer, after the same work, for a wrong password and for a user who does not exist. */
  private Directory.User authenticated(String name, String password, OpenSessionReply.Builder reply)
      throws Exception {
    Directory.User user = directory.user(name, reply::addVisits);
    boolean right =
        passwords.check(Context.current(), password, user == null ? null : user.passwordHash());
    if (user == null || !right) {
      throw Status.UNAUTHENTICATED
          .withDescription("user or password is wrong")
          .asRuntimeException();
    }
    return user;
  }

  @Override
  public void findLeaked(FindLeakedRequest request, StreamObserver<FindLeakedReply> caller) {
    Answer.with(caller, () -> findLeaked(request));
  }

  private FindLeakedReply findLeaked(FindLeakedRequest request) throws Exception {
    FindLeakedReply.Builder reply = FindLeakedReply.newBuilder().addVisits(visit.get());
    begin(Context.current().value(SessionKey.KEY));
    String name = Fields.text("user", request.getUser(), LONGEST_USER);
    List<String> leaked =
        Fields.secrets("passwords", request.getPasswordsList(), MOST_LEAKED, LONGEST_PASSWORD);
    Directory.User user = known(name, reply::addVisits);
    int first = passwords.firstMatch(Context.current(), leaked, user.passwordHash());
    boolean found = first < leaked.size();
    return reply.setFound(found).setTried(found ? first + 1 : first).build();
  }

  @Override
  public void checkSession(CheckSessionRequest request, StreamObserver<CheckSessionReply> caller) {
    Answer.with(caller, () -> checkSession(key(request.getSessionId())));
  }

  private CheckSessionReply checkSession(String key) {
    begin(key);
    Directory.Session session = directory.session(key);
    if (session == null) {
      throw rejected("there is no such session");
    }
    if (session.revoked()) {
      throw rejected("session was revoked");
    }
    if (!clock.instant().isBefore(session.expiresAt())) {
      throw rejected("session has expired");
    }
    return CheckSessionReply.newBuilder()
        .setUser(session.user())
        .setExpiresAt(timestamp(session.expiresAt()))
        .build();
  }

  private static StatusRuntimeException rejected(String why) {
    return Status.UNAUTHENTICATED.withDescription(why).asRuntimeException();
  }

  @Override
  public void revokeSession(
      RevokeSessionRequest request, StreamObserver<RevokeSessionReply> caller) {
    Answer.with(caller, () -> revokeSession(key(request.getSessionId())));
  }

  private RevokeSessionReply revokeSession(String key) throws InterruptedException {
    boolean revoked = directory.revokeSession(key);
    List<RequestId> begun = new ArrayList<>(work.revoke(key));
    CallIdentity here = CallIdentity.of(Context.current());
    if (here != null) {
      // Somebody may end his own session, and wants to hear that it is done.
      begun.remove(here.requestId());
    }
    end(begun);
    return RevokeSessionReply.newBuilder().setRevoked(revoked).build();
  }

  /** Where a request began first: what grew from it, also here, hears the same from there. */
  private void end(List<RequestId> requests) throws InterruptedException {
    elsewhere.cancel(requests, REVOKED);
    requests.forEach(request -> ripcord.cancel(request, REVOKED));
  }

  private static String key(String sessionId) {
    return SessionKey.of(Fields.secret("session_id", sessionId, LONGEST_SESSION));
  }

  private static Timestamp timestamp(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }
}
