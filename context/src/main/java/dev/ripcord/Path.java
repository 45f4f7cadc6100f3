package dev.ripcord;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a context came to be, from its root: {@code background.withValue(tenant).withCancel}. Never
 * shows a value.
 */
final class Path {
  private Path() {}

  static String of(Node end) {
    List<Node> path = new ArrayList<>();
    for (@Nullable Node node = end; node != null; node = node.parent()) {
      path.add(node);
      if (node instanceof ForeignNode) {
        break; // its step is the whole path above
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = path.size() - 1; i >= 0; i--) {
      text.append(path.get(i).step()).append(i == 0 ? "" : ".");
    }
    return text.toString();
  }
}
