"""Every router of the service, one line each."""

from fastapi import APIRouter

from app.health import router as health
from app.items.router import router as items

ROUTERS: tuple[APIRouter, ...] = (
    health,
    items,
)
