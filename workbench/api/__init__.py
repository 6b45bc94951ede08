"""The REST API: bearer tokens, one error shape, idempotency keys, OpenAPI 3.1 made from the code."""

from workbench.api import (  # their endpoints register themselves
    abandonment,
    cases,
    contacts,
    dialing,
    disputes,
    files,
    floor,
    lists,
    money,
    numbers,
    prompts,
    recordings,
    registers,
    reports,
    training,
    trunks,
)
from workbench.api.door import install

__all__ = [
    "abandonment",
    "cases",
    "contacts",
    "dialing",
    "disputes",
    "files",
    "floor",
    "install",
    "lists",
    "money",
    "numbers",
    "prompts",
    "recordings",
    "registers",
    "reports",
    "training",
    "trunks",
]
