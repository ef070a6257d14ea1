"""Needs PostgreSQL."""

import io
import json
import logging

import pytest
from fastapi.testclient import TestClient

from app.config import Settings, SettingsError
from app.database import Transaction
from app.main import create_app
from app.request_log import JsonFormatter
from tests.problems import assert_problem


def test_a_healthy_service_says_so(client):
    response = client.get("/v1/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_without_a_database_it_is_unavailable_and_says_no_more(monkeypatch):
    unreachable = "postgresql://nobody:s3cret@/nothing?host=/nonexistent"
    app = create_app(Settings(database_url=unreachable, log_level="ERROR"))
    app.state.pool.timeout = 0.1
    monkeypatch.setattr(logging.getLogger("psycopg.pool"), "disabled", True)
    with TestClient(app) as client:
        response = client.get("/v1/health")
    assert_problem(response, 503, "unavailable")
    assert "s3cret" not in response.text


def test_an_unknown_path_and_a_wrong_method_are_problems_too(client):
    assert_problem(client.get("/v1/nothing"), 404, "not-found")
    response = client.delete("/v1/items")
    assert_problem(response, 405, "method-not-allowed")
    assert "GET" in response.headers["allow"]


def test_a_fault_of_ours_is_told_by_its_id_only(settings):
    app = create_app(settings)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("a secret of ours")

    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.get("/broken")
    assert_problem(response, 500, "internal-error")
    assert "secret" not in response.text


def test_what_cannot_be_committed_is_not_told_as_done(settings):
    app = create_app(settings)

    @app.post("/late")
    def late(connection: Transaction) -> None:
        connection.execute(
            "create temporary table pairs (id int primary key,"
            " other int references pairs deferrable initially deferred) on commit drop"
        )
        connection.execute("insert into pairs values (1, 2)")

    with TestClient(app, raise_server_exceptions=False) as client:
        assert_problem(client.post("/late"), 500, "internal-error")


@pytest.mark.parametrize(
    ("sent", "kept"), [("order-4711", True), ("short", False), ("with spaces in it", False)]
)
def test_a_harmless_request_id_is_kept(client, sent, kept):
    answered = client.get("/v1/health", headers={"x-request-id": sent}).headers["x-request-id"]
    assert (answered == sent) is kept


def test_every_request_is_one_line_of_json(client, monkeypatch):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("inventory")
    monkeypatch.setattr(logger, "handlers", [handler])
    previous = logger.level
    logger.setLevel(logging.INFO)
    client.get("/v1/items/NOTHING", headers={"x-request-id": "order-4711"})
    logger.setLevel(previous)
    [line] = [json.loads(line) for line in written.getvalue().splitlines()]
    assert line["request_id"] == "order-4711"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/items/NOTHING", 404)


def test_an_unusable_environment_names_every_variable_and_no_value():
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({"DATABASE_POOL_SIZE": "many", "LOG_LEVEL": "LOUD"})
    message = str(raised.value)
    assert all(name in message for name in ("DATABASE_URL", "DATABASE_POOL_SIZE", "LOG_LEVEL"))
    assert "many" not in message
