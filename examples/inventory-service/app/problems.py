"""Errors as problem documents (RFC 9457), made in this one place."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel
from starlette.exceptions import HTTPException

log = logging.getLogger("inventory.problems")


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] | None = None


class Problem(Exception):
    """A request that cannot be fulfilled; `slug` ends the problem's type and never changes."""

    def __init__(self, status: HTTPStatus, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail


def problem_responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may refuse with these, and like every route with 503.

    FastAPI adds 422 itself where there is something to validate.
    """
    everywhere = HTTPStatus.SERVICE_UNAVAILABLE
    return {status.value: {"description": status.phrase} for status in (*statuses, everywhere)}


def install_problem_handlers(app: FastAPI) -> None:
    @app.exception_handler(Problem)
    def on_problem(request: Request, error: Problem) -> JSONResponse:
        return respond(request, error.status, error.slug, error.detail)

    @app.exception_handler(RequestValidationError)
    def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Without what was sent: it may be anything, and large.
        errors = [
            FieldError(field=".".join(map(str, fault["loc"])), message=fault["msg"])
            for fault in error.errors()
        ]
        detail = "The request does not fit the contract."
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return respond(request, status, "invalid-request", detail, errors)

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        slug = status.phrase.lower().replace(" ", "-")
        return respond(request, status, slug, str(error.detail), headers=error.headers)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    def on_unavailable(request: Request, error: Exception) -> JSONResponse:
        log.error("database unavailable", exc_info=error, extra=request_fields(request))
        detail = "The database does not answer; try again later."
        return respond(request, HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail)

    @app.exception_handler(Exception)
    def on_fault(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", exc_info=error, extra=request_fields(request))
        detail = "Something went wrong here; the request id finds it in the log."
        # This handler answers outside of the middleware that adds the id to every other answer.
        headers = {"x-request-id": request_id_of(request)}
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        return respond(request, status, "internal-error", detail, headers=headers)


def respond(
    request: Request,
    status: HTTPStatus,
    slug: str,
    detail: str,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    document = ProblemDocument(
        type=f"/problems/{slug}",
        title=status.phrase,
        status=status.value,
        detail=detail,
        request_id=request_id_of(request),
        errors=errors,
    )
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=status.value,
        headers=headers,
        media_type="application/problem+json",
    )


def request_fields(request: Request) -> dict[str, str]:
    return {"request_id": request_id_of(request), "path": request.url.path}


def request_id_of(request: Request) -> str:
    return getattr(request.state, "request_id", "unknown")
