"""The rules about items; knows neither routes nor SQL."""

from http import HTTPStatus

from psycopg import Connection

from app.items import repository
from app.items.schemas import MOST_ON_HAND, Item, ItemPage, NewItem
from app.problems import Problem


def list_items(connection: Connection, limit: int, after: str | None) -> ItemPage:
    # One row more than asked for tells whether there is a next page.
    rows = repository.list_items(connection, limit + 1, after)
    page = [Item(**row) for row in rows[:limit]]
    return ItemPage(data=page, next_after=page[-1].sku if len(rows) > limit else None)


def get_item(connection: Connection, sku: str) -> Item:
    row = repository.find_item(connection, sku)
    if row is None:
        raise Problem(HTTPStatus.NOT_FOUND, "item-not-found", f"There is no item {sku}.")
    return Item(**row)


def create_item(connection: Connection, item: NewItem) -> Item:
    row = repository.insert_item(connection, item)
    if row is None:
        raise Problem(HTTPStatus.CONFLICT, "sku-taken", f"There is an item {item.sku} already.")
    return Item(**row)


def adjust_stock(connection: Connection, sku: str, delta: int) -> Item:
    row = repository.adjust_item(connection, sku, delta, MOST_ON_HAND)
    if row is None:
        item = get_item(connection, sku)
        raise Problem(
            HTTPStatus.CONFLICT,
            "stock-out-of-range",
            f"There are {item.on_hand} of {sku}; changed by {delta} it would be less than 0"
            f" or more than {MOST_ON_HAND}.",
        )
    return Item(**row)
