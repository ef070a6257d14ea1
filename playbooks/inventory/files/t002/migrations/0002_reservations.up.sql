create table reservations (
  id uuid primary key default gen_random_uuid(),
  sku text not null references items (sku),
  quantity integer not null check (quantity between 1 and 10000),
  reference text not null check (length(reference) between 1 and 100),
  status text not null default 'held' check (status in ('held', 'confirmed', 'released')),
  created_at timestamptz not null default statement_timestamp(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  check (expires_at > created_at),
  check (expires_at <= created_at + interval '1 day'),
  check ((status = 'held') = (ended_at is null))
);

-- What is held of an item is asked for with every item that is shown or reserved.
create index reservations_held on reservations (sku, expires_at) include (quantity) where status = 'held';
-- Serves the foreign key.
create index reservations_sku on reservations (sku);
-- Serves the purge of what is over.
create index reservations_expires_at on reservations (expires_at);

-- statement_timestamp() and not now(): a transaction that waited for a lock must not see the time it began at.
create view stock as
select i.sku, i.name, i.on_hand, h.held, i.on_hand - h.held as available, i.updated_at
  from items i
  cross join lateral (
    select coalesce(sum(r.quantity), 0)::integer as held
      from reservations r
     where r.sku = i.sku and r.status = 'held' and r.expires_at > statement_timestamp()
  ) h;

comment on table reservations is 'Stock held for somebody for a while.';
comment on column reservations.id is 'Random; part of the address of a reservation.';
comment on column reservations.sku is 'The item that is held.';
comment on column reservations.quantity is 'How many are held.';
comment on column reservations.reference is 'Whom it is held for, in the words of the caller.';
comment on column reservations.status is 'held until it is confirmed or released; it may be over all the same.';
comment on column reservations.created_at is 'When it was made.';
comment on column reservations.expires_at is 'From then on a held one counts no more.';
comment on column reservations.ended_at is 'When it was confirmed or released; null while held.';
comment on view stock is 'Items with what is held and what is available.';
comment on column stock.sku is 'As in items.';
comment on column stock.name is 'As in items.';
comment on column stock.on_hand is 'As in items.';
comment on column stock.held is 'Sum of the reservations that are held and not over.';
comment on column stock.available is 'What can still be reserved: on_hand less held.';
comment on column stock.updated_at is 'As in items.';
