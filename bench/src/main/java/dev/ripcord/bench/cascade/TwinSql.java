package dev.ripcord.bench.cascade;

/** The two statements that the db role runs for a heavy request; many seconds each. */
enum TwinSql {
  /** What identity asks for. */
  user_activity(
      """
      with mine as materialized (
        select order_id, region, placed_at, total_cents from orders where user_name = ?
      ), alike as (
        select count(*) as pairs
        from mine
        join orders theirs
          on theirs.region = mine.region
         and theirs.order_id <> mine.order_id
        where abs(extract(epoch from theirs.placed_at - mine.placed_at)) < 604800
          and abs(theirs.total_cents - mine.total_cents) * 20 < mine.total_cents
      )
      select count(*) as orders,
             coalesce(sum(total_cents), 0)::bigint as revenue_cents,
             (extract(epoch from min(placed_at)) * 1000)::bigint as first_ms,
             (extract(epoch from max(placed_at)) * 1000)::bigint as last_ms,
             (select pairs from alike) as similar_pairs
      from mine
      """,
      "alice"),
  /** What the gateway asks for. */
  heavy_report(
      """
      with sold as materialized (
        select p.category, o.customer_id, o.placed_at, i.quantity * i.price_cents as cents
        from orders o
        join order_items i using (order_id)
        join products p using (product_id)
        where o.region = ?
      )
      select a.category, count(*) as pairs, sum(a.cents)::bigint as revenue_cents
      from sold a
      join sold b on b.category = a.category and b.customer_id <> a.customer_id
      where abs(extract(epoch from b.placed_at - a.placed_at)) < 604800
      group by a.category
      order by pairs desc
      """,
      "north");

  private final String text;
  private final String parameter;

  TwinSql(String text, String parameter) {
    this.text = text;
    this.parameter = parameter;
  }

  String text() {
    return text;
  }

  String parameter() {
    return parameter;
  }
}
