package dev.ripcord.grpc.operator;

import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of one process as they come, so many asked for ahead: one by one, each would have to
 * wake the connection's thread to fetch the next, which takes longer than the node itself.
 */
final class ListedNodes implements ClientResponseObserver<ListRequest, Node> {
  private static final int AHEAD = 256;
  private static final int MORE = AHEAD / 2;

  private final CompletableFuture<List<Node>> answer;
  private final List<Node> nodes = new ArrayList<>(); // used by its callbacks only
  private @Nullable ClientCallStreamObserver<ListRequest> call; // set before the first of them

  ListedNodes(CompletableFuture<List<Node>> answer) {
    this.answer = answer;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<ListRequest> begun) {
    call = begun;
    begun.disableAutoRequestWithInitial(AHEAD);
  }

  @Override
  public void onNext(Node node) {
    nodes.add(node);
    if (call != null && nodes.size() % MORE == 0) {
      call.request(MORE);
    }
  }

  @Override
  public void onError(Throwable failure) {
    answer.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {
    answer.complete(nodes);
  }
}
