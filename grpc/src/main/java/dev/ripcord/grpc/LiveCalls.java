package dev.ripcord.grpc;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The calls being handled now, found by request. Those of one request are a list linked through the
 * calls themselves, latest first:
 *
 * <pre>
 *   request a ──► call 7 ──► call 3
 *   request b ──► call 5
 * </pre>
 *
 * <p>Coming and going costs one step in the map and no walk. Whoever iterates holds nobody up: a
 * call that has left keeps its way on to older ones, and what comes or goes meanwhile may be seen
 * or not.
 */
final class LiveCalls implements Iterable<HandledCall> {
  // A list changes only inside compute of its key, which takes turns.
  private final ConcurrentHashMap<RequestId, HandledCall> latest = new ConcurrentHashMap<>();
  private final LongAdder count = new LongAdder();

  void add(HandledCall call) {
    latest.compute(
        call.identity().requestId(),
        (id, head) -> {
          call.linkBefore(head);
          return call;
        });
    count.increment();
  }

  /** False if it was not there. */
  boolean remove(HandledCall call) {
    if (!call.isLinked()) {
      return false;
    }
    latest.computeIfPresent(call.identity().requestId(), (id, head) -> call.unlinkFrom(head));
    count.decrement();
    return true;
  }

  boolean isEmpty() {
    return latest.isEmpty();
  }

  int count() {
    return count.intValue();
  }

  /** Those of one request, latest first. */
  Iterable<HandledCall> of(RequestId requestId) {
    return () -> new Walk(single(latest.get(requestId)));
  }

  /** All of them, those of one request together. */
  @Override
  public Iterator<HandledCall> iterator() {
    return new Walk(latest.values().iterator());
  }

  private static Iterator<HandledCall> single(@Nullable HandledCall head) {
    return head == null
        ? java.util.Collections.emptyIterator()
        : java.util.List.of(head).iterator();
  }

  /** From list to list, along each. */
  private static final class Walk implements Iterator<HandledCall> {
    private final Iterator<HandledCall> heads;
    private @Nullable HandledCall next;

    Walk(Iterator<HandledCall> heads) {
      this.heads = heads;
    }

    @Override
    public boolean hasNext() {
      if (next == null && heads.hasNext()) {
        next = heads.next();
      }
      return next != null;
    }

    @Override
    public HandledCall next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      HandledCall call = next;
      next = call.older();
      return call;
    }
  }
}
