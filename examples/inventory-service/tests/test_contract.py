"""Needs nothing. The contract may be ahead of the service, never behind it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.config import Settings
from app.main import create_app

DESCRIBED = yaml.safe_load((Path(__file__).parent.parent / "openapi.yaml").read_text())
SERVED = create_app(Settings(database_url="postgresql://unused")).openapi()
OPERATIONS = [(path, method) for path, methods in SERVED["paths"].items() for method in methods]


def resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def schema_of(document: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    [media] = content["content"].values()
    return resolve(document, media["schema"])


def parameters(document: dict[str, Any], path: str, method: str) -> set[tuple[str, str]]:
    item = document["paths"][path]
    listed = [*item.get("parameters", []), *item[method].get("parameters", [])]
    resolved = [resolve(document, parameter) for parameter in listed]
    return {(parameter["in"], parameter["name"]) for parameter in resolved}


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_is_described_as_it_is_served(path, method):
    served = SERVED["paths"][path][method]
    described = DESCRIBED["paths"][path][method]
    assert described["operationId"] == served["operationId"]
    assert parameters(DESCRIBED, path, method) == parameters(SERVED, path, method)
    assert set(served["responses"]) <= set(described["responses"])


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_body_is_described_as_it_is_served(path, method):
    served = SERVED["paths"][path][method]
    described = DESCRIBED["paths"][path][method]
    if "requestBody" in served:
        asked = schema_of(SERVED, served["requestBody"])
        demanded = schema_of(DESCRIBED, resolve(DESCRIBED, described["requestBody"]))
        assert set(asked["properties"]) == set(demanded["properties"])
        assert set(asked["required"]) == set(demanded["required"])
        assert demanded["additionalProperties"] is False
    for status, answer in served["responses"].items():
        if not status.startswith("2"):
            continue
        given = schema_of(SERVED, answer)
        promised = schema_of(DESCRIBED, resolve(DESCRIBED, described["responses"][status]))
        assert set(given["properties"]) <= set(promised["properties"])
