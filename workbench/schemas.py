"""What browsers may send. Unknown fields are refused; lengths are bounded before anything is stored."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from dialer.actions.screening import Policy
from dialer.actions.taking_promises import Agreed
from dialer.domain.promise_grid import PlanAsk, SettleAsk
from dialer.domain.promises import PromiseAsk

AttemptId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
SAYS = r"^[^\x00]*[^\s\x00][^\x00]*$"  # something beside blanks
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=SAYS)]
Word = Annotated[str, Field(min_length=1, max_length=40, pattern=SAYS)]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=SAYS)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]  # what a column of ids can hold


def _near(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise ValueError("year")
    return day


# A day with which one can reckon.
Day = Annotated[
    date, AfterValidator(_near),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(20[0-9][0-9]|2100)-"}),
]  # fmt: skip


def _is_storable(value: Any) -> bool:
    """No database keeps NUL, and no encoding half a character."""
    if isinstance(value, str):
        return "\x00" not in value and not any(0xD800 <= ord(c) <= 0xDFFF for c in value)
    if isinstance(value, dict):
        return all(_is_storable(k) and _is_storable(v) for k, v in value.items())
    return not isinstance(value, list) or all(_is_storable(each) for each in value)


class Message(BaseModel):
    """Base of everything that comes from a browser."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: Any) -> Any:
        if not _is_storable(given):
            raise ValueError("text")
        return given


class Watch(Message):
    """A page asks for its view."""

    view: Annotated[str, Field(pattern=r"^(desk|board|campaigns)$")]
    page: Annotated[str, Field(max_length=40)] = ""  # the same over reloads; for the desk
    take: bool = False  # take the desk from another page


class SeatStatus(Message):
    """Ready or paused; `away` goes home."""

    status: Annotated[str, Field(pattern=r"^(ready|paused|away)$")]
    pause_reason: Annotated[str, Field(max_length=20)] = ""


class PauseAhead(Message):
    """A pause in some minutes; 0 takes it back."""

    reason: Annotated[str, Field(max_length=20)] = ""
    minutes: Annotated[int, Field(ge=0, le=600)]


class HelpIn(Message):
    """Call the supervisor, or take it back."""

    wanted: bool


class DeskChoiceIn(Message):
    """Digit -> outcome, and whether keys and tones are on."""

    keys: dict[Annotated[str, Field(max_length=1)], Annotated[str, Field(max_length=30)]]
    keys_on: bool
    tones_on: bool


class Nothing(Message):
    """A command without words."""


class OnCall(Message):
    """Something about the call on the line."""

    attempt_id: AttemptId


class Switch(OnCall):
    """A button of the call: on or off."""

    on: bool


class KeysIn(OnCall):
    """Keys for the customer's side."""

    digits: Annotated[str, Field(pattern=r"^[0-9*#]{1,32}$")]


class TransferIn(OnCall):
    """To which seat, at once or after asking there."""

    kind: Annotated[str, Field(pattern=r"^(cold|warm)$")]
    seat_id: Id


class SuperviseIn(Message):
    """How a supervisor takes part in a seat's calls."""

    seat_id: Id
    mode: Annotated[str, Field(pattern=r"^(listen|whisper|barge|off)$")]


class OnSeat(Message):
    """A seat."""

    seat_id: Id


class PhoneIn(Message):
    """A supervisor's own leg: wanted or not."""

    on: bool


class Draft(OnCall):
    """What is typed so far."""

    fields: dict[Annotated[str, Field(max_length=20)], Annotated[str, Field(max_length=2000)]]


class PromiseIn(Message):
    """Amount in minor units, due date at the debtor's place; `settles`: the rest is waived. With `periods`
    it is a plan over the whole balance whose first part is due on that day, and the amount is not read."""

    amount_minor: Annotated[int, Field(ge=0, le=10**12)] = 0
    due_on: date
    settles: bool = False
    periods: Annotated[int, Field(ge=2, le=60)] | None = None

    def agreed(self) -> Agreed:
        """In the domain's words."""
        if self.periods is not None:
            return PlanAsk(self.periods, self.due_on)
        if self.settles:
            return SettleAsk(self.amount_minor, self.due_on)
        return PromiseAsk(self.amount_minor, self.due_on)


class OutcomeIn(OnCall):
    """The agent's record of a call; `key` makes it count once."""

    key: Key
    code: Annotated[str, Field(max_length=30)]
    note: Annotated[str, Field(max_length=4000)] = ""
    promise: PromiseIn | None = None
    callback_at: AwareDatetime | None = None
    callback_mine: bool = False


class DialIn(Message):
    """Dial one entry on one of its person's numbers, or on the best; `key` makes it count once."""

    key: Key
    entry_id: int
    phone_id: int | None = None


class DialRequestIn(Message):
    """A request that waits for a line."""

    request_id: int


class PreviewIn(Message):
    """The answer to an offered entry: dial, skip for a reason, or snooze for minutes."""

    key: Key
    preview_id: int
    answer: Annotated[str, Field(pattern=r"^(dial|skip|snooze)$")]
    reason: Annotated[str, Field(max_length=20)] = ""
    minutes: int = 0
    phone_id: int | None = None


class LegIn(Message):
    """How the agent hears and speaks: browser, phone, headset."""

    kind: Annotated[str, Field(max_length=20)]


class AudioOfferIn(Message):
    """A browser's session description; `leg` is the page's own name for it."""

    leg: Key
    sdp: Annotated[str, Field(max_length=12_000)]


class CampaignIn(Message):
    """A new campaign."""

    name: Name
    creditor: Name
    ring_seconds: int = 30


class NumbersIn(Message):
    """Outbound numbers to add."""

    numbers: Annotated[
        list[Annotated[str, Field(max_length=20)]], Field(min_length=1, max_length=500)
    ]


class ModeIn(Message):
    """Who dials, and how far ahead."""

    mode: Annotated[str, Field(max_length=20)]


class SettingsIn(Message):
    """key -> value of what is to change; null sets a value back to its default."""

    changes: Annotated[dict[str, int | float | str | bool | None], Field(max_length=60)]


class ScreeningIn(Message):
    """`hang_up` and `leave_message` keep machines from agents; see docs/answer-kinds.md before."""

    policy: Policy
    limit_ms: int = 4000
    message: Annotated[str, Field(max_length=64)] = ""


class ListIn(Message):
    """Only what is to change: on or off, priority (lower goes first), weight within one priority."""

    active: bool | None = None
    priority: Annotated[int, Field(ge=-10_000, le=10_000)] | None = None
    weight: Annotated[int, Field(ge=-10_000, le=10_000)] | None = None


class MappingIn(Message):
    """Our field -> the file's title; remembered for the creditor."""

    name: Name
    columns: dict[str, str]


class LoginIn(Message):
    """Who signs in."""

    username: Annotated[str, Field(min_length=1, max_length=60)]
    password: Annotated[str, Field(min_length=1, max_length=200)]
