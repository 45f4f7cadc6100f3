package dev.ripcord.grpc.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ripcord.proto.v1.ContextsGrpc;
import dev.ripcord.proto.v1.ListRequest;
import dev.ripcord.proto.v1.Node;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That a list is the whole list, however long. */
class InstancesTest {
  private static final int MANY = 1_000; // more than are asked for at once
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Server server = ServerBuilder.forPort(0).build();

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  @Test
  void aLongListArrivesWhole_andInOrder() throws Exception {
    List<Node> nodes = list(Status.OK).get();

    assertThat(nodes)
        .extracting(Node::getDepth)
        .containsExactlyElementsOf(IntStream.range(0, MANY).boxed().toList());
  }

  @Test
  void aListThatBreaksOffIsNoAnswer() throws Exception {
    Instances.Answer<List<Node>> answer = list(Status.DATA_LOSS);

    assertThat(answer.isAnswered()).isFalse();
    assertThat(answer.failure()).extracting(Status::getCode).isEqualTo(Status.Code.DATA_LOSS);
  }

  private Instances.Answer<List<Node>> list(Status end) throws Exception {
    serve(end);
    try (Instances instances = Instances.open(List.of("127.0.0.1:" + server.getPort()))) {
      return instances.list(ListRequest.getDefaultInstance(), PATIENCE).get(0);
    }
  }

  /** Somebody who has many nodes, and ends so. */
  private void serve(Status end) throws IOException {
    server =
        ServerBuilder.forPort(0)
            .addService(
                new ContextsGrpc.ContextsImplBase() {
                  @Override
                  public void list(ListRequest request, StreamObserver<Node> caller) {
                    for (int i = 0; i < MANY; i++) {
                      caller.onNext(Node.newBuilder().setDepth(i).build());
                    }
                    if (end.isOk()) {
                      caller.onCompleted();
                    } else {
                      caller.onError(end.asRuntimeException());
                    }
                  }
                })
            .build()
            .start();
  }
}
