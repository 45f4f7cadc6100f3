package dev.ripcord.server.db;

import static dev.ripcord.server.db.NamedQuery.change;
import static dev.ripcord.server.db.NamedQuery.read;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All named queries. Times leave as epoch milliseconds, in columns that end in {@code _ms}. */
final class Queries {
  private static final Parameter USER = new Parameter("user", Parameter.Type.NAME);
  private static final Parameter REGION = new Parameter("region", Parameter.Type.NAME);
  private static final Parameter SESSION = new Parameter("session", Parameter.Type.ID);
  private static final Parameter TEXT = new Parameter("text", Parameter.Type.TEXT);
  private static final Parameter VALID_SECONDS =
      new Parameter("valid_seconds", Parameter.Type.SECONDS);

  private static final List<NamedQuery> ALL =
      List.of(
          read(
              "users",
              "All users.",
              """
              select user_name, display_name, email, array_to_string(roles, ',') as roles
              from users order by user_name
              """),
          read(
              "user_by_name",
              "A user with the hash of the password.",
              """
              select user_name, display_name, email, array_to_string(roles, ',') as roles, password_hash
              from users where user_name = :user
              """,
              USER),
          read(
              "user_order_count",
              "How many orders a user has placed.",
              "select count(*) as orders from orders where user_name = :user",
              USER),
          read(
              "user_activity",
              "Everything a user has placed, and how often others placed the like within a week. Many seconds.",
              """
              with mine as materialized (
                select order_id, region, placed_at, total_cents from orders where user_name = :user
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
              USER),
          read(
              "regions",
              "The regions and their numbers of customers.",
              "select region, count(*) as customers from customers group by region order by region"),
          read(
              "sales_report",
              "A region's sales of the last 30 days by category. Milliseconds.",
              """
              select p.category,
                     count(distinct o.order_id) as orders,
                     sum(i.quantity) as items,
                     sum(i.quantity * i.price_cents)::bigint as revenue_cents
              from orders o
              join order_items i using (order_id)
              join products p using (product_id)
              where o.region = :region
                and o.placed_at > (select max(placed_at) from orders) - interval '30 days'
              group by p.category
              order by revenue_cents desc
              """,
              REGION),
          read(
              "heavy_report",
              "Which categories a region's customers buy within a week of one another. Many seconds.",
              """
              with sold as materialized (
                select p.category, o.customer_id, o.placed_at, i.quantity * i.price_cents as cents
                from orders o
                join order_items i using (order_id)
                join products p using (product_id)
                where o.region = :region
              )
              select a.category, count(*) as pairs, sum(a.cents)::bigint as revenue_cents
              from sold a
              join sold b on b.category = a.category and b.customer_id <> a.customer_id
              where abs(extract(epoch from b.placed_at - a.placed_at)) < 604800
              group by a.category
              order by pairs desc
              """,
              REGION),
          read(
              "orders_of_region",
              "All orders of a region, oldest first; to be streamed.",
              """
              select o.order_id,
                     (extract(epoch from o.placed_at) * 1000)::bigint as placed_ms,
                     c.name as customer,
                     o.user_name,
                     o.status,
                     o.total_cents
              from orders o
              join customers c using (customer_id)
              where o.region = :region
              order by o.placed_at, o.order_id
              """,
              REGION),
          read(
              "session_by_id",
              "A session and whose it is.",
              """
              select s.session_id,
                     s.user_name,
                     array_to_string(u.roles, ',') as roles,
                     (extract(epoch from s.opened_at) * 1000)::bigint as opened_ms,
                     (extract(epoch from s.expires_at) * 1000)::bigint as expires_ms,
                     (s.revoked_at is not null)::text as revoked
              from sessions s
              join users u using (user_name)
              where s.session_id = :session
              """,
              SESSION),
          change(
              "session_open",
              "Opens a session.",
              """
              insert into sessions (session_id, user_name, opened_at, expires_at)
              values (:session, :user, now(), now() + make_interval(secs => :valid_seconds))
              """,
              SESSION,
              USER,
              VALID_SECONDS),
          change(
              "session_revoke",
              "Ends a session for ever.",
              "update sessions set revoked_at = now() where session_id = :session and revoked_at is null",
              SESSION),
          change(
              "audit_write",
              "Puts a text on record, with the tenant of the call.",
              "insert into audit_log (tenant, text) values (:tenant, :text)",
              TEXT),
          change(
              "audit_write_sealed",
              "As audit_write, with a seal that costs a second or two, so that nobody forges many.",
              """
              with recursive seal (step, digest) as (
                select 0, md5(:tenant || ' ' || :text)
                union all
                select step + 1, md5(digest) from seal where step < 1500000
              )
              insert into audit_log (tenant, text, seal)
              select :tenant, :text, digest from seal where step = 1500000
              """,
              TEXT),
          read(
              "audit_log",
              "The records with exactly this text.",
              """
              select id, (extract(epoch from written_at) * 1000)::bigint as written_ms, tenant, text
              from audit_log where text = :text order by id
              """,
              TEXT));

  private final Map<String, NamedQuery> byName = new TreeMap<>();

  Queries() {
    ALL.forEach(query -> byName.put(query.name(), query));
  }

  @Nullable NamedQuery named(String name) {
    return byName.get(name);
  }

  /** By name. */
  Iterable<NamedQuery> all() {
    return byName.values();
  }

  @Override
  public String toString() {
    return String.join(", ", byName.keySet());
  }
}
