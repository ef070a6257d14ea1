"""Needs PostgreSQL. Nothing is timed: statements are counted, and plans are looked at."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Cursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from app.main import create_app
from scripts.load import main


class CountingCursor(Cursor[Any]):
    count = 0

    def execute(self, *arguments: Any, **options: Any) -> "CountingCursor":
        CountingCursor.count += 1
        super().execute(*arguments, **options)
        return self


@pytest.fixture(scope="module")
def counted_app(settings) -> Iterator[TestClient]:
    pool = ConnectionPool(
        settings.database_url,
        min_size=1,
        max_size=2,
        kwargs={"row_factory": dict_row, "cursor_factory": CountingCursor},
        open=False,
    )
    with TestClient(create_app(settings, pool)) as client:
        yield client


def statements(client: TestClient, method: str, path: str, **request: Any) -> int:
    before = CountingCursor.count
    client.request(method, path, **request).raise_for_status()
    return CountingCursor.count - before


def fill(database, items: int, reservations: int) -> None:
    database.execute(
        "insert into items (sku, name, on_hand)"
        " select 'PART-' || n, 'Part', 1000 from generate_series(1, %s) n",
        [items],
    )
    database.execute(
        "insert into reservations (sku, quantity, reference, expires_at)"
        " select 'PART-1', 1, 'order', now() + interval '10 minutes' from generate_series(1, %s)",
        [reservations],
    )


@pytest.mark.parametrize(("items", "reservations"), [(1, 0), (50, 200)])
def test_a_request_takes_as_many_statements_however_much_there_is(
    counted_app, database, items, reservations
):
    fill(database, items, reservations)
    body = {"quantity": 1, "reference": "order-1"}
    counts = {
        "list": statements(counted_app, "GET", "/v1/items?limit=50"),
        "get": statements(counted_app, "GET", "/v1/items/PART-1"),
        "reserve": statements(counted_app, "POST", "/v1/items/PART-1/reservations", json=body),
    }
    assert counts == {"list": 1, "get": 1, "reserve": 3}


def plan(database, query: str) -> str:
    with database.transaction():
        # Tables this small are read as a whole otherwise.
        database.execute("set local enable_seqscan = off")
        return "\n".join(line for (line,) in database.execute(f"explain {query}").fetchall())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("select available from stock where sku = 'PART-1'", "reservations_held"),
        ("select * from stock where sku > '' order by sku limit 20", "items_pkey"),
        ("delete from items where sku = 'PART-1'", "items_pkey"),
        ("delete from reservations where expires_at < now()", "reservations_expires_at"),
    ],
)
def test_what_is_asked_often_has_an_index(database, query, index):
    fill(database, 50, 50)
    database.execute("analyze")
    assert index in plan(database, query)


def test_the_script_prints_p50_and_p95_of_each_request(migrated_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", migrated_url)
    assert main(["5"]) == 0
    heading, *rows, memory = capsys.readouterr().out.splitlines()
    assert heading.split() == ["request", "requests", "p50", "ms", "p95", "ms"]
    assert [row[:22].strip() for row in rows] == ["reserve", "confirm", "get an item", "list 100"]
    assert memory.startswith("peak memory")
    assert main(["1"]) == 2
    assert "usage" in capsys.readouterr().err
