/** The context tree: deadline, cancellation with its reason, values. */
module dev.ripcord.context {
  requires static org.jspecify;

  exports dev.ripcord;

  uses dev.ripcord.ContextStorage;
}
