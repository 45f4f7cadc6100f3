package dev.ripcord.bench.core;

import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;

/** What a Kotlin function would go on with if it suspended; here it never does. */
final class Resumption implements Continuation<Object> {
  private final CoroutineContext context;

  Resumption(CoroutineContext context) {
    this.context = context;
  }

  @Override
  public CoroutineContext getContext() {
    return context;
  }

  @Override
  public void resumeWith(Object result) {
    throw new IllegalStateException("suspended");
  }
}
