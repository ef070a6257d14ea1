"""What items look like to callers; openapi.yaml says the same."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

SKU_PATTERN = r"^[A-Z0-9][A-Z0-9-]{0,39}$"
MOST_ON_HAND = 1_000_000

SkuPath = Annotated[str, Path(pattern=SKU_PATTERN)]


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: str = Field(pattern=SKU_PATTERN)
    name: str = Field(min_length=1, max_length=200)
    on_hand: int = Field(default=0, ge=0, le=MOST_ON_HAND)


class Adjustment(BaseModel):
    """A change of what is on the shelf: deliveries are positive, losses negative."""

    model_config = ConfigDict(extra="forbid")

    delta: int = Field(ge=-MOST_ON_HAND, le=MOST_ON_HAND)


class Item(BaseModel):
    sku: str
    name: str
    on_hand: int
    updated_at: datetime


class ItemPage(BaseModel):
    data: list[Item]
    next_after: str | None
