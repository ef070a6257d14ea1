"""Reservations and what time does to them."""

from collections.abc import Callable

import pytest
from httpx2 import Response

Reserve = Callable[..., Response]


@pytest.fixture
def reserve(client) -> Reserve:
    def post(quantity: object = 1, sku: str = "BOLT-M8", **more: object) -> Response:
        body = {"quantity": quantity, "reference": "order-1"} | more
        return client.post(f"/v1/items/{sku}/reservations", json=body)

    return post


@pytest.fixture
def pass_hours(database) -> Callable[[int], None]:
    """Moves every reservation into the past; the same to the service, and nobody waits."""

    def move(hours: int) -> None:
        database.execute(
            "update reservations set created_at = created_at - make_interval(hours => %(hours)s),"
            " expires_at = expires_at - make_interval(hours => %(hours)s)",
            {"hours": hours},
        )

    return move
