"""Needs PostgreSQL."""

import pytest

from tests.problems import assert_problem


def test_a_new_item_is_found_at_the_address_it_was_given(client):
    response = client.post("/v1/items", json={"sku": "NUT-M8", "name": "Nut M8", "on_hand": 3})
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/items/NUT-M8"
    found = client.get(response.headers["location"])
    assert found.json() == response.json()
    assert found.json()["on_hand"] == 3


def test_an_item_starts_with_nothing_unless_it_is_said(client):
    created = client.post("/v1/items", json={"sku": "NUT-M8", "name": "Nut M8"})
    assert created.json()["on_hand"] == 0


def test_a_sku_is_given_once(client, create_item):
    create_item("NUT-M8")
    again = client.post("/v1/items", json={"sku": "NUT-M8", "name": "Another"})
    assert_problem(again, 409, "sku-taken")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Nut"}, "body.sku"),
        ({"sku": "nut m8", "name": "Nut"}, "body.sku"),
        ({"sku": "NUT-M8", "name": ""}, "body.name"),
        ({"sku": "NUT-M8", "name": "Nut", "on_hand": -1}, "body.on_hand"),
        ({"sku": "NUT-M8", "name": "Nut", "colour": "red"}, "body.colour"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field_that_is_wrong(client, body, field):
    problem = assert_problem(client.post("/v1/items", json=body), 422, "invalid-request")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_page_of_no_items_is_refused(client):
    problem = assert_problem(client.get("/v1/items", params={"limit": 0}), 422, "invalid-request")
    assert [error["field"] for error in problem["errors"]] == ["query.limit"]


def test_an_unknown_item_is_not_found(client):
    assert_problem(client.get("/v1/items/NOTHING"), 404, "item-not-found")
    missing = client.post("/v1/items/NOTHING/adjustments", json={"delta": 1})
    assert_problem(missing, 404, "item-not-found")


def test_the_list_is_paged_in_order_of_sku(client, create_item):
    for sku in ("C-1", "A-1", "B-1"):
        create_item(sku)
    first = client.get("/v1/items", params={"limit": 2}).json()
    assert [item["sku"] for item in first["data"]] == ["A-1", "B-1"]
    assert first["next_after"] == "B-1"
    last = client.get("/v1/items", params={"limit": 2, "after": first["next_after"]}).json()
    assert [item["sku"] for item in last["data"]] == ["C-1"]
    assert last["next_after"] is None


def test_deliveries_and_losses_change_what_is_on_hand(client, create_item):
    create_item("NUT-M8", on_hand=5)
    client.post("/v1/items/NUT-M8/adjustments", json={"delta": 20})
    changed = client.post("/v1/items/NUT-M8/adjustments", json={"delta": -25})
    assert changed.json()["on_hand"] == 0


@pytest.mark.parametrize("delta", [-6, 1_000_000])
def test_stock_stays_within_its_range(client, create_item, delta):
    create_item("NUT-M8", on_hand=5)
    refused = client.post("/v1/items/NUT-M8/adjustments", json={"delta": delta})
    assert_problem(refused, 409, "stock-out-of-range")
    assert client.get("/v1/items/NUT-M8").json()["on_hand"] == 5
