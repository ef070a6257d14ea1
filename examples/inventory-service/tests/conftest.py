"""Needs PostgreSQL: DATABASE_URL names a database in which schemas may be made."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection, sql

from app.config import Settings
from app.main import create_app
from app.migrate import migrate_up
from tests.scratch import scratch_schema


@pytest.fixture(scope="session")
def database_url() -> str:
    url = os.environ.get("DATABASE_URL")
    if not url:
        pytest.exit("Set DATABASE_URL to a PostgreSQL database; see README.md.", returncode=2)
    return url


@pytest.fixture(scope="session")
def migrated_url(database_url: str) -> Iterator[str]:
    with scratch_schema(database_url) as url:
        migrate_up(url)
        yield url


@pytest.fixture(scope="session")
def settings(migrated_url: str) -> Settings:
    return Settings(database_url=migrated_url, log_level="ERROR")


@pytest.fixture(scope="session")
def running_app(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture
def database(migrated_url: str) -> Iterator[Connection]:
    """A connection to the empty tables; every statement is a transaction of its own."""
    with Connection.connect(migrated_url, autocommit=True) as connection:
        empty_tables(connection)
        yield connection


@pytest.fixture
def client(running_app: TestClient, database: Connection) -> TestClient:
    """The service on empty tables."""
    return running_app


@pytest.fixture
def create_item(client: TestClient) -> Callable[..., dict[str, Any]]:
    def create(sku: str = "BOLT-M8", on_hand: int = 10) -> dict[str, Any]:
        response = client.post("/v1/items", json={"sku": sku, "name": "Bolt", "on_hand": on_hand})
        assert response.status_code == 201, response.text
        return response.json()

    return create


def empty_tables(connection: Connection) -> None:
    tables = connection.execute(
        "select tablename from pg_tables"
        " where schemaname = current_schema() and tablename <> 'schema_migrations'"
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in tables)
    connection.execute(sql.SQL("truncate {} restart identity").format(names))
