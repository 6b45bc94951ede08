"""The OpenAPI 3.1 document, made from the endpoints and their pydantic models: it cannot go stale."""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

from workbench.api.endpoints import ENDPOINTS, PREFIX, Endpoint

_ERROR = {
    "type": "object", "required": ["ok", "error"],
    "properties": {
        "ok": {"const": False},
        "error": {
            "type": "object", "required": ["code", "text"],
            "properties": {
                "code": {"type": "string", "description": "stable, for programs"},
                "text": {"type": "string", "description": "for people, by Accept-Language"},
            },
        },
    },
}  # fmt: skip


def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Error": _ERROR}
    for each in ENDPOINTS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", each.path)
        paths.setdefault(path, {})[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kept", "version": metadata.version("kept"), "description": _ABOUT},
        "servers": [{"url": PREFIX}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _query_schema(name: str) -> dict[str, Any]:
    if name in ("from", "to"):
        return {"type": "string", "format": "date"}
    if name == "after" or name.endswith("_id"):
        return {"type": "integer", "minimum": 0}
    return {"type": "string", "enum": ["0", "1"]} if name == "dry_run" else {"type": "string"}


def _answer_schema(each: Endpoint) -> dict[str, Any]:
    if each.gives != "application/json":
        return {"type": "string", "contentEncoding": "binary"}
    return {"type": "object", "required": ["ok"], "properties": {"ok": {"const": True}}}


_ABOUT = (
    "Tokens are made with `kept token add`. Money is integer minor units; times are RFC 3339. Every "
    "POST takes an Idempotency-Key: the same key with the same content gives the same answer. Errors "
    "have one shape; 404 for what does not exist, 409 for what is refused, 422 for wrong input."
)


def _operation(each: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    names = re.findall(r"<(int:)?(\w+)>", each.path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True,
         "schema": {"type": "integer", "minimum": 0} if kind else {"type": "string"}}
        for kind, name in names
    ]  # fmt: skip
    parameters += [
        {"name": name, "in": "query", "required": required, "schema": _query_schema(name)}
        for names_, required in ((each.query, True), (each.optional, False))
        for name in names_
    ]
    if each.method != "GET":
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}})
    if each.method != "GET":
        parameters[-1]["schema"] |= {"pattern": "^[A-Za-z0-9_-]{8,64}$"}
    operation: dict[str, Any] = {
        "summary": each.summary, "description": (each.handler.__doc__ or "").strip(),
        "operationId": each.handler.__name__, "parameters": parameters,
        "responses": {
            "201" if each.method == "POST" else "200": {
                "description": "done",
                "content": {each.gives: {"schema": _answer_schema(each)}},
            },
            "4XX": {"description": "refused", "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
        },
        "x-roles": [*each.roles, "admin"],
    }  # fmt: skip
    if each.is_file:
        binary = {"schema": {"type": "string", "contentEncoding": "binary"}}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": binary},
        }
    elif each.body is not None:
        schema = each.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[each.body.__name__] = schema
        ref = {"$ref": f"#/components/schemas/{each.body.__name__}"}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref}},
        }
    return operation
