package dev.ripcord.bench.cascade;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * One process of the trees: {@code NodeProcess NAME}. It serves both variants, each on a port of
 * its own, and on a third tells when handlers have stopped. Prints {@code READY
 * ports=BARE,RIPCORD,TIMES}; is then told, in a line each, all nodes' ports of the two variants;
 * and ends with its standard input.
 */
public final class NodeProcess {
  private final Stops stops = new Stops();

  /** Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    NodeProcess process = new NodeProcess();
    Node bare = process.new Node(Variant.named("bare", arguments[0]));
    Node ripcord = process.new Node(Variant.named("ripcord", arguments[0]));
    Iterator<Node> notConnected = List.of(bare, ripcord).iterator();
    Orders.carryOut(
        "ports=" + bare.serve() + "," + ripcord.serve() + "," + process.serveTimes(),
        ports -> {
          notConnected.next().connect(ports);
          return "CONNECTED";
        });
  }

  private int serveTimes() throws IOException {
    Server server =
        Wire.server()
            .addService(
                ServerServiceDefinition.builder(Wire.SERVICE)
                    .addMethod(Wire.STARTED, ServerCalls.asyncUnaryCall(this::started))
                    .addMethod(Wire.STOPPED, ServerCalls.asyncUnaryCall(this::stopped))
                    .build())
            .build()
            .start();
    return server.getPort();
  }

  private void started(StringValue question, StreamObserver<StringValue> caller) {
    String[] fields = question.getValue().split(" ", -1);
    answer(
        caller,
        () -> {
          stops.awaitStarted(Long.parseLong(fields[0]), Integer.parseInt(fields[1]));
          return "";
        });
  }

  private void stopped(StringValue question, StreamObserver<StringValue> caller) {
    String[] fields = question.getValue().split(" ", -1);
    answer(
        caller,
        () ->
            Long.toString(
                stops.awaitStopped(Long.parseLong(fields[0]), Integer.parseInt(fields[1]))));
  }

  private interface Answer {
    String get() throws InterruptedException, TimeoutException;
  }

  private static void answer(StreamObserver<StringValue> caller, Answer answer) {
    try {
      caller.onNext(StringValue.of(answer.get()));
      caller.onCompleted();
    } catch (TimeoutException e) {
      caller.onError(Status.DEADLINE_EXCEEDED.withDescription(e.getMessage()).asRuntimeException());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      caller.onError(Status.CANCELLED.asRuntimeException());
    }
  }

  /** This node as one of the variants has it. */
  private final class Node {
    private final Variant variant;
    private final List<Channel> nodes = new ArrayList<>(); // filled before the first call

    Node(Variant variant) {
      this.variant = variant;
    }

    int serve() throws IOException {
      return variant
          .install(Wire.server())
          .addService(
              ServerServiceDefinition.builder(Wire.SERVICE)
                  .addMethod(Wire.WORK, ServerCalls.asyncUnaryCall(this::work))
                  .build())
          .build()
          .start()
          .getPort();
    }

    void connect(String ports) {
      Stream.of(ports.split(",", -1))
          .map(port -> variant.install(Wire.channel(Integer.parseInt(port))).build())
          .forEach(nodes::add);
    }

    private void work(StringValue request, StreamObserver<StringValue> caller) {
      Plan plan = Plan.parse(request.getValue());
      if (plan.isBottom() && plan.listening()) {
        listen(plan, caller);
        return;
      }
      try {
        if (plan.isBottom()) {
          awaitEnd(plan);
        } else {
          stops.started(plan.run());
          call(plan.next(), StringValue.of(plan.below().toString()));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        caller.onError(Status.CANCELLED.asRuntimeException());
        stops.stopped(plan.run(), System.nanoTime());
      }
    }

    private void listen(Plan plan, StreamObserver<StringValue> caller) {
      variant.whenDone(
          () -> {
            stops.stopped(plan.run(), System.nanoTime());
            caller.onError(Status.CANCELLED.asRuntimeException());
          });
      stops.started(plan.run());
    }

    private void awaitEnd(Plan plan) throws InterruptedException {
      CountDownLatch ended = new CountDownLatch(1);
      variant.whenDone(ended::countDown);
      stops.started(plan.run());
      ended.await();
    }

    private void call(Plan.Level level, StringValue request) throws InterruptedException {
      if (level.calls() == 1) {
        try {
          ClientCalls.blockingUnaryCall(
              nodes.get(level.node(0)), Wire.WORK, CallOptions.DEFAULT, request);
        } catch (StatusRuntimeException canceled) {
          return;
        }
        throw new IllegalStateException("nobody ends well here");
      }
      List<Future<StringValue>> calls = new ArrayList<>();
      for (int call = 0; call < level.calls(); call++) {
        calls.add(
            ClientCalls.futureUnaryCall(
                nodes.get(level.node(call)).newCall(Wire.WORK, CallOptions.DEFAULT), request));
      }
      for (Future<StringValue> each : calls) {
        try {
          each.get();
        } catch (ExecutionException canceled) {
          // As it should be.
        }
      }
    }
  }
}
