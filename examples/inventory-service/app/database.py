"""Connections to PostgreSQL."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from app.config import Settings


def create_pool(settings: Settings) -> ConnectionPool:
    """A pool that is not open yet; the application opens it when it starts."""
    return ConnectionPool(
        settings.database_url,
        min_size=1,
        max_size=settings.database_pool_size,
        timeout=5,
        kwargs={"row_factory": dict_row},
        open=False,
    )


def transaction(request: Request) -> Iterator[Connection]:
    """One transaction for a request: committed when its handler returns, undone when it raises."""
    pool: ConnectionPool = request.app.state.pool
    with pool.connection() as connection:
        yield connection


# Ended with the handler, not after the response: nobody is told of work that was not committed.
Transaction = Annotated[Connection, Depends(transaction, scope="function")]
