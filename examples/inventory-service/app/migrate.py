"""Applies and undoes migrations: `python3 -m app.migrate up` or `down [count]`."""

import os
import re
import sys
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from app.config import Settings, SettingsError

FOLDER = Path(__file__).parent.parent / "migrations"
NAME = re.compile(r"(\d{4}_[a-z0-9_]+)\.up\.sql")
# Any number will do as long as it stays the same: it keeps two deployments apart.
LOCK = 7_401_995


def migrate_up(database_url: str) -> list[str]:
    """Applies what is missing, all of it in one transaction; gives the names."""
    with psycopg.connect(database_url) as connection:
        applied = lock_and_list(connection)
        missing = [name for name in known_migrations() if name not in applied]
        for name in missing:
            connection.execute(statements(name, "up"))
            connection.execute("insert into schema_migrations (name) values (%s)", [name])
        return missing


def migrate_down(database_url: str, count: int = 1) -> list[str]:
    """Undoes the newest ones, data included; gives their names."""
    with psycopg.connect(database_url) as connection:
        newest = list(reversed(lock_and_list(connection)))[:count]
        for name in newest:
            connection.execute(statements(name, "down"))
            connection.execute("delete from schema_migrations where name = %s", [name])
        return newest


def known_migrations() -> list[str]:
    return sorted(match[1] for file in FOLDER.iterdir() if (match := NAME.fullmatch(file.name)))


def lock_and_list(connection: psycopg.Connection) -> list[str]:
    connection.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    connection.execute(
        "create table if not exists schema_migrations"
        " (name text primary key, applied_at timestamptz not null default now())"
    )
    rows = connection.execute("select name from schema_migrations order by name").fetchall()
    return [name for (name,) in rows]


def statements(name: str, direction: str) -> sql.SQL:
    return sql.SQL((FOLDER / f"{name}.{direction}.sql").read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            run = migrate_up
        case ["down"]:
            run = migrate_down
        case ["down", count] if count.isdecimal():
            run = partial(migrate_down, count=int(count))
        case _:
            print("usage: python3 -m app.migrate up | down [count]", file=sys.stderr)
            return 2
    try:
        names = run(Settings.from_environment(os.environ).database_url)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(names) or "nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
