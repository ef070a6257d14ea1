"""HTTP of items: what is asked for, and with which status it is answered."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.database import Transaction
from app.items import service
from app.items.schemas import SKU_PATTERN, Adjustment, Item, ItemPage, NewItem, SkuPath
from app.problems import problem_responses

router = APIRouter(prefix="/v1/items", tags=["items"])


@router.get("", operation_id="listItems", responses=problem_responses())
def list_items(
    connection: Transaction,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(pattern=SKU_PATTERN)] = None,
) -> ItemPage:
    return service.list_items(connection, limit, after)


@router.post(
    "",
    operation_id="createItem",
    status_code=HTTPStatus.CREATED,
    responses=problem_responses(HTTPStatus.CONFLICT),
)
def create_item(connection: Transaction, item: NewItem, response: Response) -> Item:
    created = service.create_item(connection, item)
    response.headers["location"] = f"/v1/items/{created.sku}"
    return created


@router.get("/{sku}", operation_id="getItem", responses=problem_responses(HTTPStatus.NOT_FOUND))
def get_item(connection: Transaction, sku: SkuPath) -> Item:
    return service.get_item(connection, sku)


@router.post(
    "/{sku}/adjustments",
    operation_id="adjustStock",
    responses=problem_responses(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
def adjust_stock(connection: Transaction, sku: SkuPath, adjustment: Adjustment) -> Item:
    return service.adjust_stock(connection, sku, adjustment.delta)
