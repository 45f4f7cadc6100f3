package dev.ripcord.server.gateway;

import static dev.ripcord.services.gateway.v1.OverviewRequest.Branch.DB;
import static dev.ripcord.services.gateway.v1.OverviewRequest.Branch.IDENTITY;
import static dev.ripcord.services.gateway.v1.OverviewRequest.Branch.TOKEN;

import dev.ripcord.Context;
import dev.ripcord.TaskGroup;
import dev.ripcord.server.Fields;
import dev.ripcord.services.db.v1.DbGrpc;
import dev.ripcord.services.db.v1.QueryReply;
import dev.ripcord.services.gateway.v1.OverviewReply;
import dev.ripcord.services.gateway.v1.OverviewRequest;
import dev.ripcord.services.gateway.v1.OverviewRequest.Branch;
import dev.ripcord.services.identity.v1.GetProfileReply;
import dev.ripcord.services.identity.v1.GetProfileRequest;
import dev.ripcord.services.identity.v1.IdentityGrpc;
import dev.ripcord.services.token.v1.TokenGrpc;
import dev.ripcord.services.token.v1.VerifyReply;
import dev.ripcord.services.token.v1.VerifyRequest;
import dev.ripcord.services.v1.Load;
import dev.ripcord.services.v1.Visit;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a user at once: asks identity, db and token side by side and merges what they
 * say. If one fails the others are ended, and its failure is the answer.
 */
final class Overview {
  private final IdentityGrpc.IdentityBlockingStub identity;
  private final DbGrpc.DbBlockingStub db;
  private final TokenGrpc.TokenBlockingStub token;
  private final Executor branches;

  Overview(
      IdentityGrpc.IdentityBlockingStub identity,
      DbGrpc.DbBlockingStub db,
      TokenGrpc.TokenBlockingStub token,
      Executor branches) {
    this.identity = identity;
    this.db = db;
    this.token = token;
    this.branches = branches;
  }

  /** What is asked; the parts that no branch needs may be empty. */
  record Question(Set<Branch> branches, String user, String token, Report report) {

    /** Refuses what cannot be asked with INVALID_ARGUMENT. */
    static Question of(OverviewRequest request) {
      Set<Branch> branches = branches(request);
      if (branches.contains(IDENTITY)) {
        Fields.text("user", request.getUser(), GatewayService.LONGEST_USER);
      }
      if (branches.contains(TOKEN)) {
        Fields.secret("token", request.getToken(), GatewayService.LONGEST_TOKEN);
      }
      return new Question(
          branches,
          request.getUser(),
          request.getToken(),
          Report.of(request.getLoad(), request.getRegion()));
    }

    private static Set<Branch> branches(OverviewRequest request) {
      if (request.getBranchesCount() == 0) {
        return EnumSet.of(IDENTITY, DB, TOKEN);
      }
      Set<Branch> branches = EnumSet.copyOf(request.getBranchesList());
      if (branches.contains(Branch.UNRECOGNIZED) || branches.contains(Branch.BRANCH_UNSPECIFIED)) {
        throw Fields.refused("branches has one that is none of IDENTITY, DB and TOKEN");
      }
      return branches;
    }

    Load load() {
      return report.load();
    }
  }

  /**
   * Asks under {@code Context.current()}; when this returns or throws, no branch is running any
   * more.
   *
   * @throws ExecutionException with the first branch's failure
   * @throws dev.ripcord.ContextException if the context ended
   */
  OverviewReply ask(Question question, Visit here) throws ExecutionException, InterruptedException {
    try (TaskGroup group = TaskGroup.open(Context.current(), branches)) {
      TaskGroup.@Nullable Task<GetProfileReply> profile =
          fork(group, IDENTITY, question, () -> profile(question));
      TaskGroup.@Nullable Task<QueryReply> report =
          fork(group, DB, question, () -> db.query(question.report().query()));
      TaskGroup.@Nullable Task<VerifyReply> verdict =
          fork(group, TOKEN, question, () -> verdict(question));
      group.join();
      OverviewReply.Builder reply = OverviewReply.newBuilder().addVisits(here);
      if (profile != null) {
        reply.setProfile(profile.get().getProfile()).addAllVisits(profile.get().getVisitsList());
      }
      if (report != null) {
        reply.addAllReport(report.get().getRowsList()).addAllVisits(report.get().getVisitsList());
      }
      if (verdict != null) {
        reply.setClaims(verdict.get().getClaims()).addAllVisits(verdict.get().getVisitsList());
      }
      return reply.build();
    }
  }

  private static <T> TaskGroup.@Nullable Task<T> fork(
      TaskGroup group, Branch branch, Question question, Callable<T> work) {
    if (!question.branches().contains(branch)) {
      return null;
    }
    return group.fork(branch.name().toLowerCase(Locale.ROOT), work);
  }

  private GetProfileReply profile(Question question) {
    return identity.getProfile(
        GetProfileRequest.newBuilder().setUser(question.user()).setLoad(question.load()).build());
  }

  private VerifyReply verdict(Question question) {
    return token.verify(
        VerifyRequest.newBuilder().setToken(question.token()).setLoad(question.load()).build());
  }
}
