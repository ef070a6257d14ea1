import type { Defect } from '../defect';

const NOTES_UP = 'migrations/0002_notes.up.sql';
const NEW_UP = 'migrations/0003_more.up.sql';
const NEW_DOWN = 'migrations/0003_more.down.sql';
const ORDERS_UP = 'migrations/0001_orders.up.sql';
const ITEMS_UP = 'migrations/0002_order_items.up.sql';

/** Planted defects of the database family. */
export const DATABASE_DEFECTS: readonly Defect[] = [
  {
    name: 'a query of tags for each note',
    item: 'no-n-plus-one',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: 'const byNote = group(found.rows);',
        replace: `const byNote = group(found.rows);
  for (const id of ids) {
    const own = await pool.query('SELECT note_id, tag FROM note_tags WHERE note_id = $1 ORDER BY tag', [id]);
    byNote.set(id, own.rows);
  }`,
      },
    ],
  },
  {
    name: 'the items of each order on their own, all at once',
    item: 'no-n-plus-one',
    service: 'fastify',
    edits: [
      {
        file: 'src/orders/repository.js',
        find: `        values,
      );
      return rows;`,
        replace: `        values,
      );
      return Promise.all(rows.map(async (row) => ({
        ...row,
        items: (await pool.query('select sku, quantity, unit_price_cents as "unitPriceCents" from order_items where order_id = $1 order by line_number', [row.id])).rows,
      })));`,
      },
    ],
  },
  {
    name: 'a look-up of each item again',
    item: 'no-n-plus-one',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: `    return connection.execute(
        f"select {COLUMNS} from items where sku > %s order by sku limit %s",
        [after or "", limit],
    ).fetchall()`,
        replace: `    rows = connection.execute(
        f"select {COLUMNS} from items where sku > %s order by sku limit %s",
        [after or "", limit],
    ).fetchall()
    return [find_item(connection, row["sku"]) or row for row in rows]`,
      },
    ],
  },
  {
    name: 'the supplier of each item when SQLAlchemy first touches it',
    item: 'no-n-plus-one',
    service: 'fastapi',
    edits: [
      { file: 'requirements.txt', find: 'uvicorn==', replace: 'sqlalchemy==2.0.44\nuvicorn==' },
      {
        file: 'migrations/0002_suppliers.up.sql',
        content: `create table suppliers (id bigint generated always as identity primary key, name text not null);
alter table items add column supplier_id bigint references suppliers (id);
create index items_supplier_id on items (supplier_id);
`,
      },
      {
        file: 'migrations/0002_suppliers.down.sql',
        content: 'alter table items drop column supplier_id;\ndrop table suppliers;\n',
      },
      {
        file: 'app/items/records.py',
        content: `"""Items and suppliers as SQLAlchemy has them."""

import os
from datetime import datetime

from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Supplier(Base):
    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class ItemRecord(Base):
    __tablename__ = "items"

    sku: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    on_hand: Mapped[int]
    updated_at: Mapped[datetime]
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    supplier: Mapped[Supplier | None] = relationship()


URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
engine = create_engine(URL)
`,
      },
      {
        file: 'app/items/repository.py',
        find: `    return connection.execute(
        f"select {COLUMNS} from items where sku > %s order by sku limit %s",
        [after or "", limit],
    ).fetchall()`,
        replace: `    wanted = select(ItemRecord).where(ItemRecord.sku > (after or "")).order_by(ItemRecord.sku)
    with Session(engine) as session:
        return [
            {
                "sku": item.sku,
                "name": item.name if item.supplier is None else item.name + item.supplier.name,
                "on_hand": item.on_hand,
                "updated_at": item.updated_at,
            }
            for item in session.scalars(wanted.limit(limit))
        ]`,
      },
      {
        file: 'app/items/repository.py',
        find: 'from app.items.schemas import NewItem',
        replace:
          'from sqlalchemy import select\nfrom sqlalchemy.orm import Session\n\nfrom app.items.records import ItemRecord, engine\nfrom app.items.schemas import NewItem',
      },
    ],
    also: ['schema-docs', 'db-tests', 'indexes'],
  },
  {
    name: 'a reference without an index',
    item: 'indexes',
    service: 'express',
    edits: [
      {
        file: NOTES_UP,
        find: 'CREATE INDEX notes_user_id_id_idx ON notes (user_id, id DESC);\n',
        replace: '',
      },
    ],
    also: ['query-indexes', 'migrations-tested'],
  },
  {
    name: 'a key that ends with the reference',
    item: 'indexes',
    service: 'fastify',
    edits: [
      {
        file: ITEMS_UP,
        find: 'primary key (order_id, line_number)',
        replace: 'primary key (line_number, order_id)',
      },
    ],
    also: ['query-indexes', 'migrations-tested'],
  },
  {
    name: 'numbered columns',
    item: 'normalized-schema',
    service: 'express',
    edits: [
      {
        file: NEW_UP,
        content: 'ALTER TABLE notes ADD COLUMN link1 text, ADD COLUMN link2 text, ADD COLUMN link3 text;\n',
      },
      {
        file: NEW_DOWN,
        content: 'ALTER TABLE notes DROP COLUMN link1, DROP COLUMN link2, DROP COLUMN link3;\n',
      },
    ],
    also: ['schema-docs'],
  },
  {
    name: 'a table without a key',
    item: 'normalized-schema',
    service: 'fastify',
    edits: [
      {
        file: NEW_UP,
        content: 'create table deliveries (carrier text not null, delivered_at timestamptz not null);\n',
      },
      { file: NEW_DOWN, content: 'drop table deliveries;\n' },
    ],
    also: ['schema-docs', 'db-tests'],
  },
  {
    name: 'ids kept in a text',
    item: 'normalized-schema',
    service: 'express',
    edits: [
      { file: NEW_UP, content: 'ALTER TABLE notes ADD COLUMN reader_ids text;\n' },
      { file: NEW_DOWN, content: 'ALTER TABLE notes DROP COLUMN reader_ids;\n' },
    ],
    also: ['schema-docs'],
  },
  {
    name: 'notes shown by their title',
    item: 'query-indexes',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: `'SELECT id, title, body, status, created_at FROM notes WHERE user_id = $1 AND id = $2',
        [userId, id],`,
        replace: `'SELECT id, title, body, status, created_at FROM notes WHERE title = (SELECT title FROM notes WHERE user_id = $1 AND id = $2) ORDER BY (id = $2) DESC LIMIT 1',
        [userId, id],`,
      },
    ],
    also: ['authorization'],
  },
  {
    name: 'the newest orders without an index',
    item: 'query-indexes',
    service: 'fastify',
    edits: [
      {
        file: ORDERS_UP,
        find: 'create index orders_created_at_id_idx on orders (created_at desc, id desc);\n',
        replace: '',
      },
    ],
    also: ['migrations-tested'],
  },
  {
    name: 'items in order of their name, without an index',
    item: 'query-indexes',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: 'where sku > %s order by sku limit %s"',
        replace: 'where name >= %s order by name, sku limit %s"',
      },
    ],
    also: ['pagination'],
  },
  {
    name: 'the fullest of a range of items, sorted for each page',
    item: 'query-indexes',
    service: 'fastapi',
    edits: [
      {
        file: 'app/items/repository.py',
        find: 'where sku > %s order by sku limit %s"',
        replace: 'where sku > %s order by on_hand desc limit %s"',
      },
    ],
    also: ['pagination'],
  },
  {
    name: 'a down that leaves a column',
    item: 'migrations-tested',
    service: 'express',
    edits: [
      {
        file: NEW_UP,
        content: `ALTER TABLE notes ADD COLUMN pinned boolean NOT NULL DEFAULT false;\nALTER TABLE notes ADD COLUMN rank integer NOT NULL DEFAULT 0;\nCOMMENT ON COLUMN notes.pinned IS 'Shown first.';\nCOMMENT ON COLUMN notes.rank IS 'Place among the pinned.';\n`,
      },
      { file: NEW_DOWN, content: 'ALTER TABLE notes DROP COLUMN pinned;\n' },
    ],
  },
  {
    name: 'a required column for rows that are there',
    item: 'migrations-tested',
    service: 'fastify',
    edits: [
      {
        file: NEW_UP,
        content: `alter table orders add column channel text not null;\ncomment on column orders.channel is 'Where it was ordered.';\n`,
      },
      { file: NEW_DOWN, content: 'alter table orders drop column channel;\n' },
    ],
    also: ['integration-tests', 'db-tests'],
  },
  {
    name: 'a released migration edited',
    item: 'migrations-tested',
    service: 'fastapi',
    edits: [
      {
        file: 'migrations/0001_items.up.sql',
        find: 'length(name) between 1 and 200',
        replace: 'length(name) between 1 and 100',
      },
    ],
    also: ['db-validation'],
  },
  {
    name: 'a migration without a way back',
    item: 'migrations-tested',
    service: 'fastapi',
    edits: [
      {
        file: 'migrations/0002_shelf.up.sql',
        content: `alter table items add column shelf text;\ncomment on column items.shelf is 'Where it lies.';\n`,
      },
    ],
  },
  {
    name: 'no backup plan',
    item: 'backup-plan',
    service: 'express',
    edits: [{ file: 'docs/backup.md', remove: true }],
  },
  {
    name: 'a backup nobody can restore',
    item: 'backup-plan',
    service: 'fastapi',
    edits: [
      {
        file: 'docs/backup.md',
        content:
          '# Backup\n\nRPO 24 hours, RTO 1 hour. `pg_dump "$DATABASE_URL" > all.sql` runs every night.\n',
      },
    ],
  },
  {
    name: 'a title of any length',
    item: 'db-validation',
    service: 'express',
    edits: [
      { file: NEW_UP, content: 'ALTER TABLE notes DROP CONSTRAINT notes_title_check;\n' },
      {
        file: NEW_DOWN,
        content:
          'ALTER TABLE notes ADD CONSTRAINT notes_title_check CHECK (length(title) BETWEEN 1 AND 100);\n',
      },
    ],
    also: ['migrations-tested'],
  },
  {
    name: 'a status of any kind',
    item: 'db-validation',
    service: 'fastify',
    edits: [
      { file: NEW_UP, content: 'alter table orders drop constraint orders_status_check;\n' },
      {
        file: NEW_DOWN,
        content: `alter table orders add constraint orders_status_check check (status in ('pending', 'shipped', 'cancelled'));\n`,
      },
    ],
    also: ['migrations-tested'],
  },
  {
    name: 'a table that no test touches',
    item: 'db-tests',
    service: 'express',
    edits: [
      {
        file: NEW_UP,
        content: `CREATE TABLE reminders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, due_at timestamptz NOT NULL);\nCOMMENT ON TABLE reminders IS 'When to be told.';\nCOMMENT ON COLUMN reminders.id IS 'Identifies it.';\nCOMMENT ON COLUMN reminders.due_at IS 'When.';\n`,
      },
      { file: NEW_DOWN, content: 'DROP TABLE reminders;\n' },
    ],
  },
  {
    name: 'tests that write no tag',
    item: 'db-tests',
    service: 'express',
    edits: [
      {
        file: 'src/notes/repository.js',
        find: `await client.query('INSERT INTO note_tags`,
        replace: `if (tags.length > 5) await client.query('INSERT INTO note_tags`,
      },
    ],
    also: ['integration-tests', 'unit-tests'],
  },
  {
    name: 'a column nobody explains',
    item: 'schema-docs',
    service: 'express',
    edits: [
      { file: NEW_UP, content: 'ALTER TABLE notes ADD COLUMN mood smallint;\n' },
      { file: NEW_DOWN, content: 'ALTER TABLE notes DROP COLUMN mood;\n' },
    ],
  },
  {
    name: 'a table nobody explains',
    item: 'schema-docs',
    service: 'fastify',
    edits: [
      { file: NEW_UP, content: 'create table carriers (code text primary key, title text not null);\n' },
      { file: NEW_DOWN, content: 'drop table carriers;\n' },
    ],
    also: ['db-tests'],
  },
];
