"""The rules about reservations; knows neither routes nor SQL."""

from http import HTTPStatus
from uuid import UUID

from psycopg import Connection

from app.problems import Problem
from app.reservations import repository
from app.reservations.schemas import NewReservation, Reservation


def create_reservation(connection: Connection, sku: str, new: NewReservation) -> Reservation:
    if not repository.lock_item(connection, sku):
        raise Problem(HTTPStatus.NOT_FOUND, "item-not-found", f"There is no item {sku}.")
    available = repository.available(connection, sku)
    if new.quantity > available:
        raise Problem(
            HTTPStatus.CONFLICT,
            "not-enough-stock",
            f"Of {sku} only {available} are available.",
        )
    return Reservation.model_validate(repository.insert_reservation(connection, sku, new))


def get_reservation(connection: Connection, reservation_id: UUID) -> Reservation:
    row = repository.find_reservation(connection, reservation_id)
    if row is None:
        raise Problem(
            HTTPStatus.NOT_FOUND, "reservation-not-found", "There is no reservation with this id."
        )
    return Reservation.model_validate(row)


def confirm_reservation(connection: Connection, reservation_id: UUID) -> Reservation:
    """Takes what is held from the shelf, once."""
    # Else somebody could be given the stock in the moment in which its time is over.
    repository.lock_item_of(connection, reservation_id)
    row = repository.confirm_held(connection, reservation_id)
    if row is None:
        return expect(get_reservation(connection, reservation_id), "confirmed")
    confirmed = Reservation.model_validate(row)
    repository.take_from_shelf(connection, confirmed.sku, confirmed.quantity)
    return confirmed


def release_reservation(connection: Connection, reservation_id: UUID) -> Reservation:
    row = repository.release_held(connection, reservation_id)
    if row is None:
        return expect(get_reservation(connection, reservation_id), "released")
    return Reservation.model_validate(row)


def expect(reservation: Reservation, status: str) -> Reservation:
    """A call that is repeated finds what it did; any other finds why it cannot be done."""
    if reservation.status == status:
        return reservation
    raise Problem(
        HTTPStatus.CONFLICT,
        f"reservation-{reservation.status}",
        f"The reservation is {reservation.status} and cannot be {status} any more.",
    )
