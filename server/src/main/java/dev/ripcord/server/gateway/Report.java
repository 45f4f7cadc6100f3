package dev.ripcord.server.gateway;

import dev.ripcord.server.Fields;
import dev.ripcord.services.db.v1.QueryRequest;
import dev.ripcord.services.v1.Load;

/**
 * A report on a region's sales, as db knows it.
 *
 * @param load LIGHT or HEAVY
 */
record Report(String region, Load load) {
  private static final String USUAL_REGION = "north";
  private static final int LONGEST_REGION = 64;

  /** Refuses what there cannot be with INVALID_ARGUMENT; an empty region is the usual one. */
  static Report of(Load load, String region) {
    String checked = Fields.optionalText("region", region, LONGEST_REGION);
    return new Report(checked.isEmpty() ? USUAL_REGION : checked, Fields.load(load));
  }

  boolean isHeavy() {
    return load == Load.HEAVY;
  }

  QueryRequest query() {
    return QueryRequest.newBuilder()
        .setName(isHeavy() ? "heavy_report" : "sales_report")
        .putParameters("region", region)
        .build();
  }
}
