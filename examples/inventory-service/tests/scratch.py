"""A place in a database that is nobody's but ours."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


@contextmanager
def scratch_schema(database_url: str) -> Iterator[str]:
    """The address of a new, empty schema, dropped afterwards; the rest is not touched."""
    name = f"scratch_{secrets.token_hex(6)}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create schema {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(database_url, options=f"-csearch_path={name}")
        finally:
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
