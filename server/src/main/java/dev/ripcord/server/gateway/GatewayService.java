package dev.ripcord.server.gateway;

import dev.ripcord.Context;
import dev.ripcord.server.Answer;
import dev.ripcord.server.Failures;
import dev.ripcord.server.Fields;
import dev.ripcord.server.SessionKey;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.db.v1.Row;
import dev.ripcord.services.gateway.v1.AnswerLeakReply;
import dev.ripcord.services.gateway.v1.AnswerLeakRequest;
import dev.ripcord.services.gateway.v1.ExportRequest;
import dev.ripcord.services.gateway.v1.GatewayGrpc;
import dev.ripcord.services.gateway.v1.LoginReply;
import dev.ripcord.services.gateway.v1.LoginRequest;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.identity.v1.OpenSessionReply;
import dev.ripcord.services.identity.v1.OpenSessionRequest;
import dev.ripcord.services.token.v1.IssueReply;
import dev.ripcord.services.token.v1.IssueRequest;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.v1.Visit;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** The gateway's calls: checks what came, asks the other services, merges their answers. */
final class GatewayService extends GatewayGrpc.GatewayImplBase {
  static final int LONGEST_USER = 64;
  static final int LONGEST_PASSWORD = 512;
  static final int LONGEST_TOKEN = 8 * 1024;
  private static final int LONGEST_REGION = 64;
  private static final int LONGEST_AUDIT = 500;
  private static final int ROWS_AHEAD = 64;

  private final IdentityGrpc.IdentityBlockingStub identity;
  private final TokenGrpc.TokenBlockingStub token;
  private final DbGrpc.DbStub db;
  private final Overview overview;
  private final LeakAnswer leaks;
  private final AuditWrites audits;
  private final Supplier<Visit> visit;

  GatewayService(
      IdentityGrpc.IdentityBlockingStub identity,
      TokenGrpc.TokenBlockingStub token,
      DbGrpc.DbStub db,
      Overview overview,
      LeakAnswer leaks,
      AuditWrites audits,
      Supplier<Visit> visit) {
    this.identity = identity;
    this.token = token;
    this.db = db;
    this.overview = overview;
    this.leaks = leaks;
    this.audits = audits;
    this.visit = visit;
  }

  @Override
  public void login(LoginRequest request, StreamObserver<LoginReply> caller) {
    Answer.with(caller, () -> login(request));
  }

  private LoginReply login(LoginRequest request) {
    Visit here = visit.get();
    String user = Fields.text("user", request.getUser(), LONGEST_USER);
    String password = Fields.secret("password", request.getPassword(), LONGEST_PASSWORD);
    OpenSessionReply session =
        identity.openSession(
            OpenSessionRequest.newBuilder().setUser(user).setPassword(password).build());
    IssueReply issued =
        token.issue(
            IssueRequest.newBuilder()
                .setSubject(user)
                .setSessionId(session.getSessionId())
                .addAllRoles(session.getRolesList())
                .build());
    return LoginReply.newBuilder()
        .setSessionId(session.getSessionId())
        .setToken(issued.getToken())
        .addVisits(here)
        .addAllVisits(session.getVisitsList())
        .addAllVisits(issued.getVisitsList())
        .build();
  }

  @Override
  public void overview(OverviewRequest request, StreamObserver<OverviewReply> caller) {
    Answer.with(caller, () -> overview(request));
  }

  private OverviewReply overview(OverviewRequest request) throws Exception {
    Visit here = visit.get();
    Overview.Question question = Overview.Question.of(request);
    String audit = Fields.optionalText("audit", request.getAudit(), LONGEST_AUDIT);
    Context context = inItsSession(Context.current(), request.getToken());
    if (!audit.isEmpty()) {
      // On record before anything is done, and whatever becomes of the request.
      audits.begin(context, audit, question.report().isHeavy());
    }
    return context.call(() -> overview.ask(question, here));
  }

  @Override
  public void answerLeak(AnswerLeakRequest request, StreamObserver<AnswerLeakReply> caller) {
    Answer.with(caller, () -> answerLeak(request));
  }

  private AnswerLeakReply answerLeak(AnswerLeakRequest request) throws Exception {
    Visit here = visit.get();
    LeakAnswer.Leak leak = LeakAnswer.Leak.of(request);
    return inItsSession(Context.current(), leak.token()).call(() -> leaks.to(leak, here));
  }

  /** So that identity can end it with the session; whether the token is good, token says. */
  private static Context inItsSession(Context context, String token) {
    String session = token.isEmpty() ? null : SessionKey.claimedBy(token);
    return session == null ? context : context.withValue(SessionKey.KEY, session);
  }

  @Override
  public void export(ExportRequest request, StreamObserver<Row> caller) {
    Context context = Context.current();
    try {
      String region = Fields.text("region", request.getRegion(), LONGEST_REGION);
      QueryRequest query =
          QueryRequest.newBuilder()
              .setName("orders_of_region")
              .putParameters("region", region)
              .build();
      db.stream(query, new RowRelay(context, (ServerCallStreamObserver<Row>) caller, ROWS_AHEAD));
    } catch (RuntimeException e) {
      caller.onError(Failures.toStatus(context, e));
    }
  }
}
