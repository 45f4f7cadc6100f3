package dev.ripcord.examples;

import dev.ripcord.Context;
import dev.ripcord.Registration;
import java.util.concurrent.Callable;

/** A wait that heeds interrupts ends with its context. */
final class Interrupting {
  private Interrupting() {}

  static <T> T call(Context ctx, Callable<T> wait) throws Exception {
    ctx.throwIfDone();
    Thread waiting = Thread.currentThread();
    Registration hook = ctx.onDone(Runnable::run, why -> waiting.interrupt());
    try {
      return wait.call();
    } catch (InterruptedException e) {
      ctx.throwIfDone(); // else somebody else's interrupt
      throw e;
    } finally {
      if (!hook.stopOrJoin()) {
        Thread.interrupted(); // nothing of it reaches what this thread does next
      }
    }
  }
}
