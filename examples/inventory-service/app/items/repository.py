"""All SQL about items."""

from typing import Any

from psycopg import Connection

from app.items.schemas import NewItem

Row = dict[str, Any]

COLUMNS = "sku, name, on_hand, updated_at"


def list_items(connection: Connection, limit: int, after: str | None) -> list[Row]:
    """In order of SKU, from the first one after `after`."""
    return connection.execute(
        f"select {COLUMNS} from items where sku > %s order by sku limit %s",
        [after or "", limit],
    ).fetchall()


def find_item(connection: Connection, sku: str) -> Row | None:
    return connection.execute(f"select {COLUMNS} from items where sku = %s", [sku]).fetchone()


def insert_item(connection: Connection, item: NewItem) -> Row | None:
    """None where the SKU is taken."""
    return connection.execute(
        "insert into items (sku, name, on_hand) values (%s, %s, %s)"
        f" on conflict (sku) do nothing returning {COLUMNS}",
        [item.sku, item.name, item.on_hand],
    ).fetchone()


def adjust_item(connection: Connection, sku: str, delta: int, most: int) -> Row | None:
    """None where the item is missing or would have less than nothing or more than `most`."""
    return connection.execute(
        "update items set on_hand = on_hand + %(delta)s, updated_at = now()"
        " where sku = %(sku)s and on_hand + %(delta)s between 0 and %(most)s"
        f" returning {COLUMNS}",
        {"sku": sku, "delta": delta, "most": most},
    ).fetchone()
