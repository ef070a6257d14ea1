"""Needs PostgreSQL."""

import psycopg
import pytest

from app.migrate import known_migrations, main, migrate_down, migrate_up
from tests.scratch import scratch_schema

COLUMNS = """
select c.relname || '.' || a.attname
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'v')
   and c.relname <> 'schema_migrations'
"""


def columns(url: str, condition: str = "true") -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(f"{COLUMNS} and {condition} order by 1").fetchall()
    return [name for (name,) in rows]


def test_every_migration_can_be_undone_and_applied_again(database_url):
    with scratch_schema(database_url) as url:
        assert migrate_up(url) == known_migrations()
        before = columns(url)
        assert migrate_down(url, len(known_migrations())) == known_migrations()[::-1]
        assert columns(url) == []
        assert migrate_up(url) == known_migrations()
        assert columns(url) == before
        assert migrate_up(url) == []


def test_every_table_and_column_has_a_comment(migrated_url):
    assert columns(migrated_url, "col_description(c.oid, a.attnum) is null") == []
    assert columns(migrated_url, "obj_description(c.oid, 'pg_class') is null") == []


def test_every_foreign_key_has_an_index(migrated_url):
    with psycopg.connect(migrated_url) as connection:
        rows = connection.execute(
            "select conname from pg_constraint k"
            " where contype = 'f' and connamespace = current_schema()::regnamespace"
            " and not exists (select from pg_index i where i.indrelid = k.conrelid"
            " and i.indkey[0] = k.conkey[1] and i.indpred is null)"
        ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    "row",
    [
        {"sku": "lower", "name": "Nut", "on_hand": 1},
        {"sku": "NUT", "name": "", "on_hand": 1},
        {"sku": "NUT", "name": "Nut", "on_hand": -1},
    ],
)
def test_the_database_refuses_items_that_cannot_be(database, row):
    with pytest.raises(psycopg.errors.CheckViolation):
        database.execute(
            "insert into items (sku, name, on_hand) values (%(sku)s, %(name)s, %(on_hand)s)", row
        )


def test_the_command_says_what_it_did_and_how_it_is_used(database_url, monkeypatch, capsys):
    with scratch_schema(database_url) as url:
        monkeypatch.setenv("DATABASE_URL", url)
        assert main(["up"]) == 0
        assert capsys.readouterr().out.split() == known_migrations()
        assert main(["down", "1"]) == 0
        assert capsys.readouterr().out.split() == known_migrations()[-1:]
        assert main(["sideways"]) == 2
        assert "usage" in capsys.readouterr().err
        monkeypatch.delenv("DATABASE_URL")
        assert main(["up"]) == 2
        assert "DATABASE_URL" in capsys.readouterr().err
