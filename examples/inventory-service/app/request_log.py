"""One JSON line for each request, with an id the caller gets too."""

import json
import logging
import re
import time
import uuid
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

HARMLESS_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
FIELDS = ("request_id", "method", "path", "status", "duration_ms")

log = logging.getLogger("inventory.requests")


class RequestLog:
    """Plain ASGI middleware: Starlette's base class would run each request in one more task."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = choose_request_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode("ascii")),
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            fields = {
                "request_id": request_id,
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
            }
            log.info("request completed", extra=fields)


def choose_request_id(headers: list[tuple[bytes, bytes]]) -> str:
    """The caller's id where it is harmless to write into a log, else a new one."""
    given = dict(headers).get(b"x-request-id", b"").decode("latin-1")
    return given if HARMLESS_ID.fullmatch(given) else str(uuid.uuid4())


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **{name: getattr(record, name) for name in FIELDS if hasattr(record, name)},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("inventory")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False
