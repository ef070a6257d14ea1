"""Needs PostgreSQL."""

from uuid import uuid4

import pytest

from tests.problems import assert_problem


@pytest.fixture
def held(create_item, reserve) -> str:
    """The address of a reservation of 3 out of 10."""
    create_item(on_hand=10)
    return reserve(3).headers["location"]


def on_hand(client) -> int:
    return client.get("/v1/items/BOLT-M8").json()["on_hand"]


def test_confirming_takes_from_the_shelf_once(client, held):
    assert on_hand(client) == 10
    confirmed = client.post(f"{held}/confirm")
    assert confirmed.status_code == 200
    assert confirmed.json()["status"] == "confirmed"
    assert confirmed.json()["ended_at"] is not None
    assert on_hand(client) == 7
    again = client.post(f"{held}/confirm")
    assert (again.status_code, again.json()) == (200, confirmed.json())
    assert on_hand(client) == 7


def test_releasing_gives_back_and_takes_nothing(client, held, reserve):
    assert_problem(reserve(8), 409, "not-enough-stock")
    released = client.post(f"{held}/release")
    assert released.json()["status"] == "released"
    assert on_hand(client) == 10
    assert reserve(10).status_code == 201
    assert client.post(f"{held}/release").json() == released.json()


def test_an_expired_reservation_cannot_be_confirmed(client, held, pass_hours):
    pass_hours(1)
    assert_problem(client.post(f"{held}/confirm"), 409, "reservation-expired")
    assert on_hand(client) == 10


def test_an_expired_reservation_can_be_released(client, held, pass_hours):
    pass_hours(1)
    assert client.post(f"{held}/release").json()["status"] == "released"


def test_what_was_released_cannot_be_confirmed(client, held):
    client.post(f"{held}/release")
    assert_problem(client.post(f"{held}/confirm"), 409, "reservation-released")
    assert on_hand(client) == 10


def test_what_was_confirmed_cannot_be_released(client, held, pass_hours):
    client.post(f"{held}/confirm")
    pass_hours(1)
    assert_problem(client.post(f"{held}/release"), 409, "reservation-confirmed")
    assert on_hand(client) == 7


@pytest.mark.parametrize(
    ("method", "action"), [("GET", ""), ("POST", "/confirm"), ("POST", "/release")]
)
def test_an_unknown_reservation_is_not_found_and_a_malformed_id_is_invalid(client, method, action):
    unknown = client.request(method, f"/v1/reservations/{uuid4()}{action}")
    assert_problem(unknown, 404, "reservation-not-found")
    malformed = client.request(method, f"/v1/reservations/4711{action}")
    assert_problem(malformed, 422, "invalid-request")
