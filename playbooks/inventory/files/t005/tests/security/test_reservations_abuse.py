"""Needs PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from httpx2 import Response
from psycopg import Connection

from tests.problems import assert_problem


def at_once(*calls: Callable[[], Response]) -> list[Response]:
    """The answers of calls that start together, each in a thread of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Response]) -> Response:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def until_waiting(database, answer: Future[Response]) -> None:
    """Returns when a request waits for a lock, or was answered without."""
    query = "select from pg_stat_activity where wait_event_type = 'Lock'"
    while not answer.done() and database.execute(query).fetchone() is None:
        pass


def reserve(client, quantity: int, **more: Any) -> Response:
    body = {"quantity": quantity, "reference": "order-1"} | more
    return client.post("/v1/items/BOLT-M8/reservations", json=body)


def figures(client) -> tuple[int, int, int]:
    item = client.get("/v1/items/BOLT-M8").json()
    return item["on_hand"], item["held"], item["available"]


def test_many_buyers_at_once_get_no_more_than_there_is(client, create_item):
    create_item(on_hand=5)
    answers = at_once(*[lambda: reserve(client, 1)] * 8)
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 3
    assert figures(client) == (5, 5, 0)


def test_a_loss_waits_for_a_buyer_and_finds_what_is_held(
    client, create_item, database, migrated_url
):
    create_item(on_hand=1)
    with ThreadPoolExecutor() as threads, Connection.connect(migrated_url) as buyer:
        buyer.execute("select sku from items for update")
        path = "/v1/items/BOLT-M8/adjustments"
        loss = threads.submit(client.post, path, json={"delta": -1})
        until_waiting(database, loss)
        buyer.execute(
            "insert into reservations (sku, quantity, reference, expires_at)"
            " values ('BOLT-M8', 1, 'order-1', now() + interval '10 minutes')"
        )
    assert_problem(loss.result(), 409, "stock-out-of-range")


def test_what_expires_while_its_confirmation_waits_is_not_confirmed(
    client, create_item, database, migrated_url
):
    create_item(on_hand=1)
    address = reserve(client, 1).headers["location"]
    with ThreadPoolExecutor() as threads, Connection.connect(migrated_url) as buyer:
        buyer.execute("select sku from items for update")
        confirmation = threads.submit(client.post, f"{address}/confirm")
        until_waiting(database, confirmation)
        hour_ago = "created_at - interval '1 hour', expires_at - interval '1 hour'"
        buyer.execute(f"update reservations set (created_at, expires_at) = ({hour_ago})")
    assert_problem(confirmation.result(), 409, "reservation-expired")


def test_confirming_and_releasing_at_once_only_one_happens(client, create_item):
    create_item(on_hand=5)
    address = reserve(client, 2).headers["location"]
    confirmed, released = at_once(
        lambda: client.post(f"{address}/confirm"), lambda: client.post(f"{address}/release")
    )
    assert sorted([confirmed.status_code, released.status_code]) == [200, 409]
    left = 3 if confirmed.status_code == 200 else 5
    assert figures(client) == (left, 0, left)


def test_confirming_twice_at_once_takes_from_the_shelf_once(client, create_item):
    create_item(on_hand=5)
    address = reserve(client, 2).headers["location"]
    answers = at_once(*[lambda: client.post(f"{address}/confirm")] * 4)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert figures(client) == (3, 0, 3)


def test_text_that_looks_like_sql_is_text(client, create_item):
    create_item(on_hand=5)
    reference = "'); drop table reservations; --"
    created = reserve(client, 1, reference=reference)
    assert client.get(created.headers["location"]).json()["reference"] == reference


@pytest.mark.parametrize(
    "more",
    [
        {"status": "confirmed"},
        {"expires_at": "2999-01-01T00:00:00Z"},
        {"id": "00000000-0000-4000-8000-000000000000"},
        {"expires_in_seconds": 10**9},
        {"expires_in_seconds": -60},
        {"reference": "x" * 101},
        {"quantity": 10**12},
        {"quantity": -1},
    ],
)
def test_a_caller_decides_nothing_that_is_not_asked_for(client, create_item, more):
    create_item(on_hand=5)
    refused = reserve(client, **({"quantity": 1} | more))
    assert_problem(refused, 422, "invalid-request")
    assert figures(client) == (5, 0, 5)


def test_a_refusal_does_not_repeat_what_was_sent(client, create_item):
    create_item(on_hand=5)
    refused = reserve(client, 1, reference="4111-1111-1111-1111" * 10)
    assert "4111" not in refused.text
