"""What a simulated customer does, decided by seed, number and how often it was called. Pure.

The same seed gives the same customers on every machine, whatever the order of the calls.
"""

from __future__ import annotations

import math
import random
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from telephony.config_file import ConfigError, Section


class Spread(Section):
    """Lognormal seconds of this mean and coefficient of variation, as waits and talks really are."""

    mean: Annotated[float, Field(gt=0)]
    cv: Annotated[float, Field(ge=0, le=5)] = 0.6


Range = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]
Seconds = Range | Spread


class Customer(Section):
    """One kind of customer. `answers`: final SIP status, 200 is an answer, 0 rings for ever."""

    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    share: Annotated[float, Field(ge=0)]
    answers: Literal[0, 200, 403, 404, 408, 410, 480, 484, 486, 488, 500, 503, 600, 603, 604]
    cause: Annotated[int, Field(ge=0, le=127)] = 0
    decides: Seconds = (1.0, 2.0)
    rings: bool = True
    announcement: str = ""
    sound: str = ""
    talks: Seconds = (5.0, 10.0)


class Customers(Section):
    """All kinds, with one scale for their times."""

    time_scale: Annotated[float, Field(gt=0, le=10)] = 1.0
    customers: Annotated[tuple[Customer, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What one call will meet. Seconds; `talks` counts from the answer."""

    kind: str
    answers: int
    decides: float
    rings: bool
    announcement: str
    sound: str
    talks: float
    cause: int = 0  # Q.850, 0: none is sent
    keys: str = ""  # pressed a second after the answer


def plan_for(customers: Customers, seed: int, number: str, nth_call: int) -> Plan:
    """The plan for the `nth_call` (from 1) to this number."""
    chance = random.Random(f"{seed}:{number}:{nth_call}")
    kinds = customers.customers
    customer = chance.choices(kinds, [kind.share for kind in kinds])[0]
    scale = customers.time_scale
    return Plan(
        customer.kind, customer.answers, scale * seconds(chance, customer.decides),
        customer.rings, customer.announcement, customer.sound,
        scale * seconds(chance, customer.talks), customer.cause,
    )  # fmt: skip


def seconds(chance: random.Random, asked: Seconds) -> float:
    """One draw, before the scale."""
    if not isinstance(asked, Spread):
        return chance.uniform(*asked)
    variance = math.log1p(asked.cv * asked.cv)
    return asked.mean * math.exp(chance.gauss(0.0, math.sqrt(variance)) - variance / 2)


def load(path: Path) -> Customers:
    """Read customers.toml; raises ConfigError naming each bad key in both languages."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        customers = Customers.model_validate(table)
    except FileNotFoundError:
        raise ConfigError(path, [("-", "找不到文件", "file not found")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            path, [("-", f"不是有效的 TOML：{error}", f"not TOML: {error}")]
        ) from None
    except ValidationError as error:
        faults = [
            (".".join(map(str, e["loc"])), f"值无效（{e['msg']}）", f"invalid value ({e['msg']})")
            for e in error.errors()
        ]
        raise ConfigError(path, faults) from None
    if not sum(kind.share for kind in customers.customers):
        raise ConfigError(
            path, [("customers.share", "份额之和为零", "the shares add up to nothing")]
        )
    return customers
