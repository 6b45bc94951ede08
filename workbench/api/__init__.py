"""The REST API: bearer tokens, one error shape, idempotency keys, OpenAPI 3.1 made from the code."""

from workbench.api import (  # their endpoints register themselves
    cases,
    lists,
    money,
    reports,
    training,
)
from workbench.api.door import install

__all__ = ["cases", "install", "lists", "money", "reports", "training"]
