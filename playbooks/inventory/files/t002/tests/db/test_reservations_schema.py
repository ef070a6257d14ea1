"""Needs PostgreSQL."""

from typing import Any

import psycopg
import pytest

INSERT = """
insert into reservations (sku, quantity, reference, status, created_at, expires_at, ended_at)
values ('BOLT-M8', %(quantity)s, %(reference)s, %(status)s, statement_timestamp(),
        statement_timestamp() + %(lasts)s::interval, %(ended_at)s)
"""
HELD = {
    "quantity": 2,
    "reference": "order-1",
    "status": "held",
    "lasts": "15 minutes",
    "ended_at": None,
}


@pytest.fixture
def item(database):
    database.execute("insert into items (sku, name, on_hand) values ('BOLT-M8', 'Bolt', 10)")
    return database


def stock(database) -> tuple[Any, ...]:
    row = database.execute("select on_hand, held, available from stock").fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": 10_001},
        {"reference": ""},
        {"reference": "x" * 101},
        {"status": "expired"},
        {"lasts": "0 seconds"},
        {"lasts": "25 hours"},
        {"status": "confirmed"},
        {"ended_at": "2026-01-01"},
    ],
)
def test_the_database_refuses_reservations_that_cannot_be(item, wrong):
    with pytest.raises(psycopg.errors.CheckViolation):
        item.execute(INSERT, HELD | wrong)


def test_a_reservation_needs_its_item(database):
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        database.execute(INSERT, HELD)


def test_an_item_that_was_reserved_stays(item):
    item.execute(INSERT, HELD)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        item.execute("delete from items")


def test_the_view_counts_what_is_held_and_not_over(item):
    assert stock(item) == (10, 0, 10)
    item.execute(INSERT, HELD)
    item.execute(INSERT, HELD | {"quantity": 3})
    assert stock(item) == (10, 5, 5)
    item.execute("update reservations set status = 'released', ended_at = now() where quantity = 3")
    assert stock(item) == (10, 2, 8)
    hour_ago = "created_at - interval '1 hour', expires_at - interval '1 hour'"
    item.execute(f"update reservations set (created_at, expires_at) = ({hour_ago})")
    assert stock(item) == (10, 0, 10)


def test_the_view_sees_time_go_by_within_a_transaction(item):
    with item.transaction():
        item.execute(INSERT, HELD | {"lasts": "1 microsecond"})
        assert stock(item) == (10, 0, 10)
