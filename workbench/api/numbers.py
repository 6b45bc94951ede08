"""Number pools, their numbers, and which campaign shows which."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from dialer.actions import number_pools as actions
from dialer.actions.numbers import add_outbound_numbers
from dialer.clock import utc_now
from dialer.reports.number_pools import pools_and_numbers
from dialer.store.session import read
from workbench.api.door import actor, sessions
from workbench.api.endpoints import endpoint
from workbench.schemas import Day, Id, Message, Name, NumbersIn

MANAGER = ("manager",)
BOARD = ("supervisor", "manager")
Cap = Annotated[int, Field(ge=1, le=1_000_000)] | None
Text = Annotated[str, Field(max_length=40)]
Ranges = Annotated[list[Text], Field(min_length=1, max_length=50)]


class PoolIn(Message):
    """号码池. `ranges`: 95035000-95035099, 95035xxx or one number; caps of the whole pool."""

    name: Name
    ranges: Ranges
    licence_no: Name
    certificate_no: Name
    undertaking_on: Day
    licence_until: Day
    timezone: Text = "Asia/Shanghai"
    region: Text = ""
    trunk: Text = ""
    creditor_ids: list[Id] = Field(default_factory=list)
    second_max: Cap = None
    concurrent_max: Cap = None
    hour_max: Cap = None
    day_max: Cap = None


class PoolChange(Message):
    """Only what is to change."""

    ranges: Ranges | None = None
    licence_no: Name | None = None
    certificate_no: Name | None = None
    undertaking_on: Day | None = None
    licence_until: Day | None = None
    region: Text | None = None
    trunk: Text | None = None
    creditor_ids: list[Id] | None = None
    second_max: Cap = None
    concurrent_max: Cap = None
    hour_max: Cap = None
    day_max: Cap = None
    active: bool | None = None


class NumberChange(Message):
    """Only what is to change; a cap that is null is lifted."""

    active: bool | None = None
    second_max: Cap = None
    concurrent_max: Cap = None
    hour_max: Cap = None
    day_max: Cap = None


class CampaignPoolIn(Message):
    """Null: any number that is for the creditor."""

    pool_id: Id | None


class RestIn(Message):
    """True: rest it now; false: end its rest, on trial."""

    rest: bool


def _asked(body: Message) -> dict[str, Any]:
    """What was sent; only a cap may become nothing. Lists become tuples, as the action keeps them."""
    sent = body.model_dump(exclude_unset=True)
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in sent.items() if value is not None or name in actions.CAPS
    }  # fmt: skip


@endpoint("GET", "/pools", "Number pools: licence, use, and why a number is not shown", BOARD)
def show_pools() -> dict[str, Any]:
    """Answer rate, short calls and rejections of the last seven days, score, rest."""
    with read(sessions()) as session:
        return pools_and_numbers(session, utc_now())


@endpoint("POST", "/pools", "Add a pool with its ranges", MANAGER, body=PoolIn)
def create_pool(body: PoolIn) -> dict[str, Any]:
    """Refused without a licence in force."""
    terms = actions.PoolTerms(**_asked(body))
    return dict(actions.add_pool(sessions(), actor(), terms, utc_now()))


@endpoint("PUT", "/pools/<int:pool_id>", "Change a pool", MANAGER, body=PoolChange)
def change_pool(pool_id: int, body: PoolChange) -> dict[str, Any]:
    """New ranges add numbers; none is deleted."""
    actions.change_pool(sessions(), actor(), pool_id, _asked(body), utc_now())
    return {}


@endpoint(
    "PUT", "/numbers/<int:number_id>", "Switch a number, set its caps", MANAGER, body=NumberChange
)
def change_number(number_id: int, body: NumberChange) -> dict[str, Any]:
    """From the next call on."""
    actions.change_number(sessions(), actor(), number_id, _asked(body), utc_now())
    return {}


@endpoint(
    "POST", "/numbers/<int:number_id>/rest", "Rest a number, or end its rest", MANAGER, body=RestIn
)
def rest_number(number_id: int, body: RestIn) -> dict[str, Any]:
    """Back from a rest it is on trial."""
    actions.rest_number(sessions(), actor(), number_id, body.rest, utc_now())
    return {}


@endpoint(
    "PUT",
    "/campaigns/<int:campaign_id>/pool",
    "Which pool a campaign shows",
    MANAGER,
    body=CampaignPoolIn,
)
def assign_pool(campaign_id: int, body: CampaignPoolIn) -> dict[str, Any]:
    """Null: any that is for its creditor."""
    actions.assign_pool(sessions(), actor(), campaign_id, body.pool_id, utc_now())
    return {}


@endpoint("POST", "/numbers", "Add outbound numbers without a pool", MANAGER, body=NumbersIn)
def create_numbers(body: NumbersIn) -> dict[str, Any]:
    """Those already there stay."""
    return {"new": add_outbound_numbers(sessions(), actor(), body.numbers, utc_now())}
