package dev.ripcord.grpc;

/**
 * Who this process is to others.
 *
 * @param service the service's name
 * @param instance which of them
 */
record Self(String service, String instance) {
  @Override
  public String toString() {
    return service + "/" + instance;
  }
}
