create table items (
  sku text primary key check (sku ~ '^[A-Z0-9][A-Z0-9-]{0,39}$'),
  name text not null check (length(name) between 1 and 200),
  on_hand integer not null check (on_hand between 0 and 1000000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on table items is 'What is kept in stock.';
comment on column items.sku is 'Stock keeping unit; part of the address of an item.';
comment on column items.name is 'What people call it.';
comment on column items.on_hand is 'How many are on the shelf.';
comment on column items.created_at is 'When the item was first kept.';
comment on column items.updated_at is 'When its stock last changed.';
