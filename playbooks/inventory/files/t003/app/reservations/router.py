"""HTTP of reservations."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from app.database import Transaction
from app.items.schemas import SkuPath
from app.problems import problem_responses
from app.reservations import service
from app.reservations.schemas import NewReservation, Reservation

router = APIRouter(prefix="/v1", tags=["reservations"])

REFUSALS = problem_responses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.post(
    "/items/{sku}/reservations",
    operation_id="createReservation",
    status_code=HTTPStatus.CREATED,
    responses=REFUSALS,
)
def create_reservation(
    connection: Transaction, sku: SkuPath, new: NewReservation, response: Response
) -> Reservation:
    created = service.create_reservation(connection, sku, new)
    response.headers["location"] = f"/v1/reservations/{created.id}"
    return created


@router.get(
    "/reservations/{reservation_id}",
    operation_id="getReservation",
    responses=problem_responses(HTTPStatus.NOT_FOUND),
)
def get_reservation(connection: Transaction, reservation_id: UUID) -> Reservation:
    return service.get_reservation(connection, reservation_id)


@router.post(
    "/reservations/{reservation_id}/confirm",
    operation_id="confirmReservation",
    responses=REFUSALS,
)
def confirm_reservation(connection: Transaction, reservation_id: UUID) -> Reservation:
    return service.confirm_reservation(connection, reservation_id)


@router.post(
    "/reservations/{reservation_id}/release",
    operation_id="releaseReservation",
    responses=REFUSALS,
)
def release_reservation(connection: Transaction, reservation_id: UUID) -> Reservation:
    return service.release_reservation(connection, reservation_id)
