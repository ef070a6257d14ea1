"""Builds the application: `uvicorn app.main:create_app --factory`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from psycopg_pool import ConnectionPool

from app.config import Settings
from app.database import create_pool
from app.problems import install_problem_handlers
from app.request_log import RequestLog, configure_logging
from app.routers import ROUTERS


def create_app(settings: Settings | None = None, pool: ConnectionPool | None = None) -> FastAPI:
    """The application; settings default to the environment, the pool to what they say."""
    settings = settings or Settings.from_environment(os.environ)
    pool = pool or create_pool(settings)
    configure_logging(settings.log_level)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool.open()
        yield
        app.state.pool.close()

    # The contract is openapi.yaml; a generated one beside it would only differ.
    app = FastAPI(title="Inventory service", lifespan=lifespan, openapi_url=None)
    app.state.pool = pool
    app.add_middleware(RequestLog)
    install_problem_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app
