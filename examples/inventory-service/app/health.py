"""Whether the service can do its work."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from app.database import Transaction
from app.problems import problem_responses

router = APIRouter(prefix="/v1/health", tags=["health"])


class Health(BaseModel):
    status: Literal["ok"]


@router.get("", operation_id="getHealth", responses=problem_responses())
def get_health(connection: Transaction) -> Health:
    connection.execute("select 1")
    return Health(status="ok")
