create table order_items (
  order_id uuid not null
    constraint order_items_order_id_fkey references orders (id) on delete cascade,
  line_number integer not null
    constraint order_items_line_number_check check (line_number between 1 and 100),
  sku text not null
    constraint order_items_sku_check check (sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  quantity integer not null
    constraint order_items_quantity_check check (quantity between 1 and 1000),
  unit_price_cents integer not null
    constraint order_items_unit_price_cents_check check (unit_price_cents between 0 and 10000000),
  -- Leads with the foreign key, so it also serves the look-up of an order's items.
  constraint order_items_pkey primary key (order_id, line_number)
);

comment on table order_items is 'The lines of an order.';
comment on column order_items.order_id is 'The order this line belongs to.';
comment on column order_items.line_number is 'Place of the line in its order, from 1.';
comment on column order_items.sku is 'What was ordered; names a stock keeping unit.';
comment on column order_items.quantity is 'How many.';
comment on column order_items.unit_price_cents is 'Price of one in hundredths of the order''s currency, when it was ordered.';
