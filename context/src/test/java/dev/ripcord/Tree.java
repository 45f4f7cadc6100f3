package dev.ripcord;

import java.util.ArrayList;
import java.util.List;

/** Looks inside: how many members a ring has, and contexts in bulk. */
public final class Tree {
  private Tree() {}

  /** How many listeners and listening children {@code context}'s own node holds. */
  public static int members(Context context) {
    CancelNode node = ((Node) context).canceler();
    return node == null ? 0 : node.members();
  }

  static CancelNode nodeOf(CancelScope scope) {
    return (CancelNode) scope.context();
  }

  static List<CancelScope> children(Context parent, int count) {
    List<CancelScope> children = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      children.add(parent.withCancel());
    }
    return children;
  }
}
