"""Needs PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from tests.problems import assert_problem


def test_a_reservation_is_found_at_the_address_it_was_given(client, create_item, reserve):
    create_item(on_hand=10)
    response = reserve(3, reference="order-4711", expires_in_seconds=120)
    assert response.status_code == 201
    reservation = response.json()
    assert response.headers["location"] == f"/v1/reservations/{reservation['id']}"
    assert client.get(response.headers["location"]).json() == reservation
    assert (reservation["quantity"], reservation["reference"]) == (3, "order-4711")
    assert (reservation["status"], reservation["ended_at"]) == ("held", None)
    held_for = datetime.fromisoformat(reservation["expires_at"]) - datetime.fromisoformat(
        reservation["created_at"]
    )
    assert held_for == timedelta(seconds=120)


def test_no_more_is_reserved_than_there_is(create_item, reserve):
    create_item(on_hand=5)
    assert reserve(3).status_code == 201
    problem = assert_problem(reserve(3), 409, "not-enough-stock")
    assert "only 2 are available" in str(problem["detail"])
    assert reserve(2).status_code == 201
    assert_problem(reserve(1), 409, "not-enough-stock")


def test_one_item_is_not_held_for_another(create_item, reserve):
    create_item("BOLT-M8", on_hand=1)
    create_item("NUT-M8", on_hand=1)
    assert reserve(1, sku="NUT-M8").status_code == 201
    assert reserve(1, sku="BOLT-M8").status_code == 201


def test_what_is_not_there_cannot_be_reserved(create_item, reserve):
    create_item()
    assert_problem(reserve(1, sku="NOTHING"), 404, "item-not-found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"quantity": 0}, "body.quantity"),
        ({"quantity": 10_001}, "body.quantity"),
        ({"quantity": "many"}, "body.quantity"),
        ({"reference": ""}, "body.reference"),
        ({"expires_in_seconds": 59}, "body.expires_in_seconds"),
        ({"expires_in_seconds": 86_401}, "body.expires_in_seconds"),
        ({"status": "confirmed"}, "body.status"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field_that_is_wrong(
    create_item, reserve, body, field
):
    create_item()
    problem = assert_problem(reserve(**body), 422, "invalid-request")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_an_expired_reservation_gives_its_stock_back(client, create_item, reserve, pass_hours):
    create_item(on_hand=5)
    first = reserve(5)
    assert_problem(reserve(1), 409, "not-enough-stock")
    pass_hours(1)
    assert client.get(first.headers["location"]).json()["status"] == "expired"
    assert reserve(5).status_code == 201
