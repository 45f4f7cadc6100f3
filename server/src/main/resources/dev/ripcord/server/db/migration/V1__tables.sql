create table regions (
  region text primary key
);

create table customers (
  customer_id int primary key,
  name        text not null,
  region      text not null references regions,
  since       date not null
);

create table products (
  product_id  int primary key,
  name        text not null,
  category    text not null,
  price_cents bigint not null check (price_cents > 0)
);

create table users (
  user_name     text primary key,
  display_name  text not null,
  email         text not null unique,
  roles         text[] not null,
  -- Argon2id as a PHC string; null means that this user has no password and cannot log in with one.
  password_hash text
);

create table sessions (
  session_id text primary key,
  user_name  text not null references users,
  opened_at  timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  check (expires_at > opened_at)
);

create index sessions_by_user on sessions (user_name);

-- The keys of the two large tables come with their data: checked and indexed once, after the load.
create table orders (
  order_id    int not null,
  customer_id int not null,
  -- The customer's, kept here as well: every report asks for it.
  region      text not null,
  user_name   text not null,
  placed_at   timestamptz not null,
  status      text not null check (status in ('open', 'paid', 'shipped', 'returned')),
  total_cents bigint not null
);

create table order_items (
  order_id    int not null,
  line        smallint not null,
  product_id  int not null,
  quantity    int not null check (quantity > 0),
  price_cents bigint not null
);

create table audit_log (
  id         bigint generated always as identity primary key,
  written_at timestamptz not null default now(),
  tenant     text not null,
  text       text not null
);

create index audit_log_by_text on audit_log (text);
