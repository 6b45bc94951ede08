"""All operations of the API: registered by the modules that carry them out, served by `door`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from pydantic import BaseModel

PREFIX = "/api/v1"
Handler = Callable[..., dict[str, Any] | Response]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation, as the code and the OpenAPI document know it."""

    method: str
    path: str  # Flask's form: /payments/<int:payment_id>
    summary: str
    roles: tuple[str, ...]
    body: type[BaseModel] | None
    query: tuple[str, ...]  # must be given
    optional: tuple[str, ...]  # may be given
    is_file: bool  # the body is a file
    gives: str  # media type of the answer
    handler: Handler


ENDPOINTS: list[Endpoint] = []


def endpoint(  # noqa: PLR0913 - what an operation is made of
    method: str, path: str, summary: str, roles: tuple[str, ...], *,
    body: type[BaseModel] | None = None, query: tuple[str, ...] = (),
    optional: tuple[str, ...] = (), is_file: bool = False, gives: str = "application/json",
) -> Callable[[Handler], Handler]:  # fmt: skip
    """Register an operation. The handler gets path values, and `body` when it has one."""

    def wrap(handler: Handler) -> Handler:
        ENDPOINTS.append(
            Endpoint(method, path, summary, roles, body, query, optional, is_file, gives, handler)
        )
        return handler

    return wrap
