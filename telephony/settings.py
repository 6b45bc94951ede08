"""[telephony] of config.toml: one node, its trunks, its folders."""

from __future__ import annotations

import ipaddress
import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from telephony.clock import OFFSET_VARIABLE
from telephony.config_file import Section, load_section
from telephony.own_numbers import NumberRange, read_range

Port = Annotated[int, Field(ge=1, le=65535)]


class Trunk(Section):
    """A way out to a carrier. `proxy` is an IP address: pjsua2 resolves names while it blocks.
    `numbers` are the outbound numbers it may show; a carrier that is not on loopback needs them."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    proxy: Annotated[str, Field(pattern=r"^sip:[0-9.]+(:[0-9]{1,5})?$")]
    channels: Annotated[int, Field(ge=1, le=1000)] = 60
    calls_per_second: Annotated[float, Field(gt=0, le=300)] = 10.0
    numbers: tuple[str, ...] = ()

    @field_validator("numbers")
    @classmethod
    def _are_ranges(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        for text in numbers:
            read_range(text)
        return numbers

    @model_validator(mode="after")
    def _knows_its_numbers(self) -> Self:
        if not self.numbers and not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError(
                'numbers = ["95035000-95035099"]: which numbers may this carrier show?'
            )
        return self

    @cached_property
    def _ranges(self) -> tuple[NumberRange, ...]:
        return tuple(read_range(text) for text in self.numbers)

    def owns(self, number: str) -> bool:
        """Whether the number may be shown here. Without a list, on loopback only, any may."""
        return not self._ranges or any(each.covers(number) for each in self._ranges)

    @property
    def host(self) -> str:
        """IP address of the carrier."""
        return self.proxy.removeprefix("sip:").split(":")[0]

    @property
    def port(self) -> int:
        """UDP port of the carrier."""
        parts = self.proxy.removeprefix("sip:").split(":")
        return int(parts[1]) if len(parts) > 1 else 5060


class TelephonySettings(Section):
    """Everything a node needs to know; it has no database."""

    folder: Path = Path("var")
    node: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")] = "node1"
    link: str = "ipc://var/run/node.ipc"
    sip_address: str = "127.0.0.1"
    sip_port: Port = 5062
    rtp_ports: tuple[Port, Port] = (20000, 29999)
    calls_max: Annotated[int, Field(ge=2, le=1024)] = 1000
    ears_max: Annotated[int, Field(ge=1, le=1024)] = 150  # calls that are judged at one time
    engine_silence_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    prompts: Path = Path("telephony/prompts")
    record_free_mb: Annotated[int, Field(ge=0)] = (
        500  # with less room on the disk nothing is recorded
    )
    phone_networks: tuple[str, ...] = ("127.0.0.1/32",)
    trunks: Annotated[tuple[Trunk, ...], Field(min_length=1)]

    @field_validator("sip_address")
    @classmethod
    def _is_address(cls, text: str) -> str:
        ipaddress.ip_address(text)
        return text

    @field_validator("phone_networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ipaddress.ip_network(network)
        return networks

    @model_validator(mode="after")
    def _demo_clock_stays_on_loopback(self) -> Self:
        shifted = float(os.environ.get(OFFSET_VARIABLE, "0")) != 0
        if shifted and not all(ipaddress.ip_address(t.host).is_loopback for t in self.trunks):
            raise ValueError(f"{OFFSET_VARIABLE} is for demonstrations on loopback only")
        return self

    @property
    def recordings(self) -> Path:
        """Folder of finished recordings; `live/` below it holds those still growing."""
        return self.folder / "recordings"

    @property
    def own_prompts(self) -> Path:
        """Folder of this site's own prompts; those shipped with Kept lie in `prompts`."""
        return self.folder / "prompts"

    @property
    def journal(self) -> Path:
        """The dialog journal that the reaper reads."""
        return self.folder / "run" / f"{self.node}.journal"


def load(path: Path | None = None) -> TelephonySettings:
    """Read and check [telephony]; raises ConfigError."""
    return load_section("telephony", TelephonySettings, path)
