-- Everything is computed from row numbers, so that every database has the same data.
-- (n * big prime) % m scatters; two sums of them make the middle likelier than the ends.

insert into regions values ('north'), ('south'), ('east'), ('west'), ('central');

insert into customers
select n,
       (array['Adler','Brook','Castor','Delta','Eiger','Falcon','Garnet','Harbor','Indigo','Juniper','Kestrel','Lumen',
              'Meridian','Nimbus','Onyx','Pine','Quarry','Ridge','Summit','Terra'])[1 + (n * 7919) % 20]
         || ' '
         || (array['Trading','Supplies','Works','Logistics','Foods','Tools','Books','Media','Textiles','Energy'])[1 + (n * 104729) % 10]
         || ' ' || n,
       (array['north','south','east','west','central'])[1 + n % 5],
       date '2015-01-01' + (n * 15485863::bigint % 3650)::int
from generate_series(1, 5000) as n;

insert into products
select n,
       (array['Small','Large','Light','Heavy','Classic','Modern','Blue','Red'])[1 + (n * 7919) % 8]
         || ' '
         || (array['lamp','desk','chair','shelf','drill','saw','kettle','pan','novel','atlas','rope','tent'])[1 + (n * 104729) % 12]
         || ' ' || n,
       (array['home','office','tools','kitchen','books','outdoor','garden','toys'])[1 + n % 8],
       199 + (n * 15485863::bigint % 30000)
from generate_series(1, 500) as n;

-- Passwords for trying it out: "correct horse <user_name>".
insert into users (user_name, display_name, email, roles, password_hash) values
  ('alice', 'Alice Adams', 'alice@example.com', '{admin,user}',
   '$argon2id$v=19$m=19456,t=2,p=1$1iEQG2ywl1KPLJzyGNCtNA$f4eS84uP3WVpvV6Nb2WkdmEbo3gFXAM1DCZiN+Ga3zE'),
  ('bob', 'Bob Brown', 'bob@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$ws+EY5H4ORe4AqB/RrBBDg$AbFGq9XX6d2x2RrXyjgAwRT//+MYeDptFopBol3Zhf0'),
  ('carol', 'Carol Clark', 'carol@example.com', '{user,auditor}',
   '$argon2id$v=19$m=19456,t=2,p=1$F4Z/BkN89Op5lZzsXnRJ3A$r38oLtGkPR/ELh+dcl8sKT4fkz6iYqncjmC0wDu8xP4'),
  ('dave', 'Dave Davis', 'dave@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$DxT2u7ESbKjhOZIqr3btDQ$97LwpOz4s9PbbZcRCoB2Ungzl9Eij2anoP6v6/kYitY'),
  ('erin', 'Erin Evans', 'erin@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$LDwXmMs8vzjiUA0yHJQVUQ$96LjgbfAv0GM0L06HgrknIIgu1UJ8XvRf//LguY8Q1s'),
  ('frank', 'Frank Foster', 'frank@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$FL1J/d00HAZzcWTWSeR1Sg$zZG6exANhpkGkh2S6MnI2ufBVThwDW8sATEg8WYo94A'),
  ('grace', 'Grace Green', 'grace@example.com', '{user,auditor}',
   '$argon2id$v=19$m=19456,t=2,p=1$R7naZHgoD7n2FXCKxIqPQA$Okab9kqEsHeMoqNnfuNIqZMtvoVFBHXR/LXVamT9ttA'),
  ('heidi', 'Heidi Hughes', 'heidi@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$umBe+OC4ckq1ogI9OI2VUw$7PFePtsSlhr/znc/Ywe3gmw4HNtC00pSRrz845y+bZY'),
  ('ivan', 'Ivan Irving', 'ivan@example.com', '{user}',
   '$argon2id$v=19$m=19456,t=2,p=1$/4PyFOE5dSfrbR43nrExVQ$5l4vUuYdzIqJr8CPfk0ZEOI1dtjZltUHc4ER+LU6AC8'),
  ('judy', 'Judy Jones', 'judy@example.com', '{admin,user}',
   '$argon2id$v=19$m=19456,t=2,p=1$kzvZpiJR3c6dXZBZJiEpEQ$UVwoueJf4BHzH7uuEcjZT9+dS2GRWtmwERiCdh3FUbY');

-- One to four lines for each order, 250,000 in all.
insert into order_items
select n,
       line,
       p.product_id,
       1 + (n * 104729::bigint + line * 31) % 5,
       p.price_cents
from generate_series(1, 100000) as n
cross join lateral generate_series(1, 1 + n % 4) as line
join products p on p.product_id = 1 + (n * 7919::bigint + line * 6700417::bigint) % 500;

-- Two years of orders.
insert into orders
select n,
       c.customer_id,
       c.region,
       (array['alice','bob','carol','dave','erin','frank','grace','heidi','ivan','judy'])[1 + (n * 6700417::bigint % 10)],
       timestamptz '2024-01-01 00:00:00+00'
         + make_interval(secs => (n * 631::bigint + n * 15485863::bigint % 90000) % 63072000),
       case when n * 7919::bigint % 100 < 70 then 'shipped'
            when n * 7919::bigint % 100 < 90 then 'paid'
            when n * 7919::bigint % 100 < 97 then 'open'
            else 'returned' end,
       t.cents
from generate_series(1, 100000) as n
join customers c on c.customer_id = 1 + (n * 104729::bigint + n * n::bigint % 7919) % 5000
join (select order_id, sum(quantity * price_cents) as cents from order_items group by order_id) t on t.order_id = n;

alter table orders add primary key (order_id);
alter table order_items add primary key (order_id, line);
create index orders_by_region on orders (region, placed_at);
create index orders_by_user on orders (user_name);
alter table orders add foreign key (customer_id) references customers;
alter table orders add foreign key (region) references regions;
alter table orders add foreign key (user_name) references users;
alter table order_items add foreign key (order_id) references orders;
alter table order_items add foreign key (product_id) references products;

analyze;
