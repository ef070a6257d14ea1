"""All SQL about reservations."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from app.reservations.schemas import NewReservation

Row = dict[str, Any]

# That time is over is nowhere written down: it is so from one moment to the next.
COLUMNS = """
    id, sku, quantity, reference, created_at, expires_at, ended_at,
    case when status = 'held' and expires_at <= statement_timestamp() then 'expired'
         else status end as status
"""


def lock_item(connection: Connection, sku: str) -> bool:
    """Keeps others from reserving the item until the transaction ends; whether there is one."""
    query = "select sku from items where sku = %s for update"
    return connection.execute(query, [sku]).fetchone() is not None


def available(connection: Connection, sku: str) -> int:
    """How many can be reserved of a locked item.

    A statement of its own: only so it sees what others committed while the lock was waited for.
    """
    row = connection.execute("select available from stock where sku = %s", [sku]).fetchone()
    return row["available"] if row else 0


def insert_reservation(connection: Connection, sku: str, new: NewReservation) -> Row | None:
    return connection.execute(
        "insert into reservations (sku, quantity, reference, expires_at)"
        " values (%s, %s, %s, statement_timestamp() + make_interval(secs => %s))"
        f" returning {COLUMNS}",
        [sku, new.quantity, new.reference, new.expires_in_seconds],
    ).fetchone()


def find_reservation(connection: Connection, reservation_id: UUID) -> Row | None:
    query = f"select {COLUMNS} from reservations where id = %s"
    return connection.execute(query, [reservation_id]).fetchone()


def lock_item_of(connection: Connection, reservation_id: UUID) -> None:
    connection.execute(
        "select i.sku from items i join reservations r on r.sku = i.sku"
        " where r.id = %s for update of i",
        [reservation_id],
    )


def confirm_held(connection: Connection, reservation_id: UUID) -> Row | None:
    """None where there is nothing held that could be confirmed."""
    return connection.execute(
        "update reservations set status = 'confirmed', ended_at = statement_timestamp()"
        " where id = %s and status = 'held'"
        f" returning {COLUMNS}",
        [reservation_id],
    ).fetchone()


def take_from_shelf(connection: Connection, sku: str, quantity: int) -> None:
    connection.execute(
        "update items set on_hand = on_hand - %s, updated_at = now() where sku = %s",
        [quantity, sku],
    )


def release_held(connection: Connection, reservation_id: UUID) -> Row | None:
    """None where there is nothing held; one whose time is over can still be released."""
    return connection.execute(
        "update reservations set status = 'released', ended_at = statement_timestamp()"
        f" where id = %s and status = 'held' returning {COLUMNS}",
        [reservation_id],
    ).fetchone()


def purge(connection: Connection, days: int) -> int:
    """Deletes what was over so many days ago; gives how many."""
    return connection.execute(
        "delete from reservations where expires_at < now() - make_interval(days => %s)", [days]
    ).rowcount
