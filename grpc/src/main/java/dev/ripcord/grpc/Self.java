package dev.ripcord.grpc;

import dev.ripcord.Cancellation;

/**
 * Who this process is to others.
 *
 * @param service the service's name
 * @param instance which of them
 */
record Self(String service, String instance) {
  boolean is(Cancellation.Hop hop) {
    return hop.service().equals(service) && hop.instance().equals(instance);
  }

  @Override
  public String toString() {
    return service + "/" + instance;
  }
}
