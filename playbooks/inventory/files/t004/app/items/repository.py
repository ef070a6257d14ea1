"""All SQL about items."""

from typing import Any

from psycopg import Connection

from app.items.schemas import NewItem

Row = dict[str, Any]

COLUMNS = "sku, name, on_hand, held, available, updated_at"


def list_items(connection: Connection, limit: int, after: str | None) -> list[Row]:
    """In order of SKU, from the first one after `after`."""
    return connection.execute(
        f"select {COLUMNS} from stock where sku > %s order by sku limit %s",
        [after or "", limit],
    ).fetchall()


def find_item(connection: Connection, sku: str) -> Row | None:
    return connection.execute(f"select {COLUMNS} from stock where sku = %s", [sku]).fetchone()


def insert_item(connection: Connection, item: NewItem) -> bool:
    """Whether the SKU was free."""
    return (
        connection.execute(
            "insert into items (sku, name, on_hand) values (%s, %s, %s)"
            " on conflict (sku) do nothing",
            [item.sku, item.name, item.on_hand],
        ).rowcount
        == 1
    )


def lock_item(connection: Connection, sku: str) -> None:
    """Keeps others from changing or reserving the item until the transaction ends."""
    connection.execute("select sku from items where sku = %s for update", [sku])


def adjust_item(connection: Connection, sku: str, delta: int) -> None:
    connection.execute(
        "update items set on_hand = on_hand + %s, updated_at = now() where sku = %s", [delta, sku]
    )
