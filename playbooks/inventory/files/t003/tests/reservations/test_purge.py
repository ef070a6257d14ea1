"""Needs PostgreSQL."""

import pytest

from app.reservations.purge import main


@pytest.fixture
def command(migrated_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", migrated_url)

    def run(*arguments: str) -> tuple[int, str]:
        code = main(list(arguments))
        return code, "".join(capsys.readouterr())

    return run


def test_what_was_over_long_ago_is_deleted_and_nothing_else(
    client, create_item, reserve, pass_hours, command
):
    create_item(on_hand=10)
    reserve(1)
    pass_hours(24 * 31)
    kept = reserve(1).headers["location"]
    pass_hours(24 * 2)
    assert command() == (0, "1 reservations deleted\n")
    assert client.get(kept).json()["status"] == "expired"
    assert command("1") == (0, "1 reservations deleted\n")
    assert client.get(kept).status_code == 404


def test_it_says_how_it_is_used(command, monkeypatch):
    assert command("yesterday")[0] == 2
    monkeypatch.delenv("DATABASE_URL")
    code, said = command()
    assert code == 2
    assert "DATABASE_URL" in said
