"""The REST API: bearer tokens, one error shape, idempotency keys, OpenAPI 3.1 made from the code."""

from workbench.api import (  # their endpoints register themselves
    cases,
    contacts,
    disputes,
    floor,
    lists,
    money,
    numbers,
    reports,
    training,
)
from workbench.api.door import install

__all__ = [
    "cases",
    "contacts",
    "disputes",
    "floor",
    "install",
    "lists",
    "money",
    "numbers",
    "reports",
    "training",
]
