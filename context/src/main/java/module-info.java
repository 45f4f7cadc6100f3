/** The context tree: deadline, cancellation with its reason, values; and work that ends with it. */
module dev.ripcord.context {
  requires static org.jspecify;
  // For dev.ripcord.bind.HttpCalls alone: whoever has an HttpClient to give it has the module.
  requires static java.net.http;

  exports dev.ripcord;
  exports dev.ripcord.bind;

  uses dev.ripcord.ContextStorage;
  uses dev.ripcord.WorkObserver;
}
