create table orders (
  id uuid primary key default gen_random_uuid(),
  customer_reference text not null
    constraint orders_customer_reference_check check (customer_reference ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  currency text not null
    constraint orders_currency_check check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'pending'
    constraint orders_status_check check (status in ('pending', 'shipped', 'cancelled')),
  -- Milliseconds, as in the API: a cursor made from a created_at finds the same row again.
  created_at timestamptz(3) not null default now(),
  cancelled_at timestamptz(3),
  constraint orders_cancelled_at_check check ((status = 'cancelled') = (cancelled_at is not null))
);

create index orders_created_at_id_idx on orders (created_at desc, id desc);
create index orders_status_created_at_id_idx on orders (status, created_at desc, id desc);

comment on table orders is 'What a customer ordered, and what became of it.';
comment on column orders.id is 'Random; part of the order''s address.';
comment on column orders.customer_reference is 'Who ordered, in the words of the calling system.';
comment on column orders.currency is 'ISO 4217 code of all prices of the order.';
comment on column orders.status is 'pending, then shipped or cancelled.';
comment on column orders.created_at is 'When the order was taken.';
comment on column orders.cancelled_at is 'Set exactly when status is cancelled.';
