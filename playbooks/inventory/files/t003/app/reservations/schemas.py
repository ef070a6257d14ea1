"""What reservations look like to callers; openapi.yaml says the same."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class NewReservation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    quantity: int = Field(ge=1, le=10_000)
    reference: str = Field(min_length=1, max_length=100)
    expires_in_seconds: int = Field(default=900, ge=60, le=86_400)


class Reservation(BaseModel):
    id: UUID
    sku: str
    quantity: int
    reference: str
    status: Literal["held", "expired", "confirmed", "released"]
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
