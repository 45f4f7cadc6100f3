package dev.ripcord;

/**
 * Stands below the node of a watched scope, in its place, and tells the {@link Watch} whether there
 * are listeners. So the nodes of all other scopes need know nothing of watches.
 */
final class WatchedNode extends CancelNode {
  private final CancelNode watched;
  private final Watch watch;

  WatchedNode(CancelNode watched, Watch watch) {
    super(watched, watched.inherited());
    this.watched = watched;
    this.watch = watch;
  }

  @Override
  void arm() {
    watch.open(true);
  }

  @Override
  void disarm() {
    watch.open(false);
  }

  // For people it is the node it stands for.

  @Override
  public Node parent() {
    return watched.parent();
  }

  @Override
  public String step() {
    return watched.step();
  }
}
