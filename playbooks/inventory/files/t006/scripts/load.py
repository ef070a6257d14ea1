"""Measures the service in this process: `python3 -m scripts.load [requests]`.

Works in a schema of its own in the database of DATABASE_URL, gone afterwards. There is no network
and one client, so the figures are what the service itself takes; they promise nothing.
"""

import os
import resource
import sys
from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

from fastapi.testclient import TestClient

from app.config import Settings, SettingsError
from app.main import create_app
from app.migrate import migrate_up
from tests.scratch import scratch_schema

ITEMS = 200


def main(arguments: list[str]) -> int:
    match arguments:
        case []:
            requests = 300
        case [text] if text.isdecimal() and int(text) >= 2:
            requests = int(text)
        case _:
            print("usage: python3 -m scripts.load [requests, 2 or more]", file=sys.stderr)
            return 2
    try:
        given = Settings.from_environment(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    with scratch_schema(given.database_url) as url:
        migrate_up(url)
        settings = Settings(database_url=url, log_level="ERROR")
        with TestClient(create_app(settings)) as client:
            report(client, requests)
    return 0


def report(client: TestClient, requests: int) -> None:
    skus = [f"PART-{number}" for number in range(ITEMS)]
    for sku in skus:
        body = {"sku": sku, "name": "Part", "on_hand": 100_000}
        client.post("/v1/items", json=body).raise_for_status()
    addresses: list[str] = []

    def reserve(number: int) -> None:
        body = {"quantity": 1, "reference": f"order-{number}"}
        response = client.post(f"/v1/items/{skus[number % ITEMS]}/reservations", json=body)
        addresses.append(response.raise_for_status().headers["location"])

    def confirm(number: int) -> None:
        client.post(f"{addresses[number]}/confirm").raise_for_status()

    def show(number: int) -> None:
        client.get(f"/v1/items/{skus[number % ITEMS]}").raise_for_status()

    def show_page(number: int) -> None:
        after = skus[number % ITEMS]
        client.get("/v1/items", params={"limit": 100, "after": after}).raise_for_status()

    print(f"{'request':<22}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}")
    rows = {"reserve": reserve, "confirm": confirm, "get an item": show, "list 100": show_page}
    for name, request in rows.items():
        p50, p95 = measure(request, requests)
        print(f"{name:<22}{requests:>9}{p50:>9.2f}{p95:>9.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


def measure(request: Callable[[int], None], requests: int) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    times = []
    for number in range(requests):
        started = perf_counter()
        request(number)
        times.append((perf_counter() - started) * 1000)
    cuts = quantiles(times, n=20)
    return cuts[9], cuts[18]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
