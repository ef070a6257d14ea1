"""Needs PostgreSQL."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.problems import assert_problem


@pytest.fixture
def hold(database) -> Callable[..., None]:
    def insert(quantity: int, sku: str = "BOLT-M8", minutes_left: int = 15) -> None:
        database.execute(
            "insert into reservations (sku, quantity, reference, created_at, expires_at)"
            " values (%s, %s, 'order-1', now() - interval '1 hour',"
            " now() + make_interval(mins => %s))",
            [sku, quantity, minutes_left],
        )

    return insert


def figures(item: dict[str, Any]) -> tuple[int, int, int]:
    return item["on_hand"], item["held"], item["available"]


def test_of_a_new_item_everything_is_available(create_item):
    assert figures(create_item(on_hand=10)) == (10, 0, 10)


def test_what_is_held_is_not_available(client, create_item, hold):
    create_item(on_hand=10)
    hold(3)
    hold(4)
    assert figures(client.get("/v1/items/BOLT-M8").json()) == (10, 7, 3)


def test_what_is_over_counts_no_more(client, create_item, hold):
    create_item(on_hand=10)
    hold(3, minutes_left=-1)
    hold(2, minutes_left=1)
    assert figures(client.get("/v1/items/BOLT-M8").json()) == (10, 2, 8)


def test_the_list_tells_it_of_each_item(client, create_item, hold):
    create_item("BOLT-M8", on_hand=10)
    create_item("NUT-M8", on_hand=5)
    hold(4, sku="NUT-M8")
    listed = client.get("/v1/items").json()["data"]
    assert [figures(item) for item in listed] == [(10, 0, 10), (5, 4, 1)]


def test_what_is_held_cannot_be_taken_away(client, create_item, hold):
    create_item(on_hand=10)
    hold(3)
    refused = client.post("/v1/items/BOLT-M8/adjustments", json={"delta": -8})
    problem = assert_problem(refused, 409, "stock-out-of-range")
    assert "3 of them held" in str(problem["detail"])
    changed = client.post("/v1/items/BOLT-M8/adjustments", json={"delta": -7})
    assert figures(changed.json()) == (3, 3, 0)


def test_a_delivery_is_available_at_once(client, create_item, hold):
    create_item(on_hand=3)
    hold(3)
    changed = client.post("/v1/items/BOLT-M8/adjustments", json={"delta": 5})
    assert figures(changed.json()) == (8, 3, 5)
