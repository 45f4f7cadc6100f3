package dev.ripcord.grpc;

import dev.ripcord.proto.v1.Node;
import dev.ripcord.proto.v1.OverdueWork;
import java.util.List;

/** What an operator gets to see of what runs on. */
final class OverdueView {
  private static final int MOST = 16; // of one node
  private static final int MOST_FRAMES = 256;

  private OverdueView() {}

  /** What has returned meanwhile is left out; if all has, the node stays as it is. */
  static Node.Builder put(List<Late> overdue, Node.Builder node) {
    for (Late late : overdue) {
      List<StackTraceElement> stack = late.stack();
      if (!stack.isEmpty()) {
        put(late.asOverdue(stack), node);
      }
    }
    return node;
  }

  static Node.Builder put(Overdue seen, Node.Builder node) {
    OverdueWork work = toProto(seen);
    if (node.getState() != Node.State.OVERDUE) {
      node.setState(Node.State.OVERDUE).clearStoppedMonotonicNs().addAllStack(work.getStackList());
    }
    return node.getOverdueCount() < MOST ? node.addOverdue(work) : node;
  }

  private static OverdueWork toProto(Overdue seen) {
    OverdueWork.Builder work =
        OverdueWork.newBuilder()
            .setKind(kind(seen.work().kind()))
            .setName(seen.work().kind() == EndedWork.Kind.HANDLER ? "" : seen.work().name())
            .setThread(seen.thread())
            .setSinceEnd(WireCancellation.toProto(seen.sinceEnd()));
    seen.stack().stream().limit(MOST_FRAMES).forEach(frame -> work.addStack(frame.toString()));
    return work.build();
  }

  private static OverdueWork.Kind kind(EndedWork.Kind kind) {
    return switch (kind) {
      case HANDLER -> OverdueWork.Kind.HANDLER;
      case TASK -> OverdueWork.Kind.TASK;
      case STATEMENT -> OverdueWork.Kind.STATEMENT;
    };
  }
}
