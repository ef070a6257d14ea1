"""Deletes what is over: `python3 -m app.reservations.purge [days]`, 30 days ago without it."""

import os
import sys

import psycopg

from app.config import Settings, SettingsError
from app.reservations import repository


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            days = 30
        case [text] if text.isdecimal():
            days = int(text)
        case _:
            print("usage: python3 -m app.reservations.purge [days]", file=sys.stderr)
            return 2
    try:
        settings = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    with psycopg.connect(settings.database_url) as connection:
        print(f"{repository.purge(connection, days)} reservations deleted")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
