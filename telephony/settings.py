"""[telephony] of config.toml: one node, its trunks, its folders."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from telephony.clock import OFFSET_VARIABLE
from telephony.config_file import Section, load_section
from telephony.rtp_ports import Ports, shares
from telephony.trunk import Trunk

__all__ = ("TelephonySettings", "Trunk", "load")

Port = Annotated[int, Field(ge=1, le=65535)]


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
    rtp_silence_seconds: Annotated[float, Field(ge=2, le=120)] = 30  # then the call is over
    engine_silence_seconds: Annotated[float, Field(ge=1, le=60)] = 5
    agent_lost_seconds: Annotated[float, Field(ge=1, le=60)] = 15  # the customer waits for the leg
    prompts: Path = Path("telephony/prompts")
    inbound_message: str = "call-back-zh"  # prompt for those who call a pool number
    record_free_mb: Annotated[int, Field(ge=0)] = (
        500  # with less room on the disk nothing is recorded
    )
    phone_networks: tuple[str, ...] = ("127.0.0.1/32",)
    registrar_port: Annotated[int, Field(ge=0, le=65535)] = 0  # 0: no phone may register here
    extensions: dict[
        Annotated[str, Field(pattern=r"^[0-9]{2,10}$")], Annotated[str, Field(min_length=8)]
    ] = Field(default={})  # extension -> its phone's password
    browser_address: str = ""  # where agents' browsers reach this node; empty: sip_address
    trunks: Annotated[tuple[Trunk, ...], Field(min_length=1)]

    @field_validator("sip_address")
    @classmethod
    def _is_address(cls, text: str) -> str:
        ipaddress.ip_address(text)
        return text

    @field_validator("browser_address")
    @classmethod
    def _is_address_or_empty(cls, text: str) -> str:
        return str(ipaddress.ip_address(text)) if text else text

    @field_validator("phone_networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ipaddress.ip_network(network)
        return networks

    @field_validator("trunks")
    @classmethod
    def _have_names_of_their_own(cls, trunks: tuple[Trunk, ...]) -> tuple[Trunk, ...]:
        names = [trunk.name for trunk in trunks]
        if len(set(names)) != len(names):
            raise ValueError("两条线路同名 / two trunks have one name")
        return trunks

    @model_validator(mode="after")
    def _demo_clock_stays_on_loopback(self) -> Self:
        shifted = float(os.environ.get(OFFSET_VARIABLE, "0")) != 0
        if shifted and not all(ipaddress.ip_address(t.host).is_loopback for t in self.trunks):
            raise ValueError(f"{OFFSET_VARIABLE} is for demonstrations on loopback only")
        return self

    @model_validator(mode="after")
    def _has_ports_for_all(self) -> Self:
        shares(self.trunk_ports, [trunk.channels for trunk in self.trunks])
        return self

    @property
    def trunk_ports(self) -> Ports:
        """Ports for customers' sound: the first half."""
        return shares(self.rtp_ports, (2, 1, 1))[0]

    @property
    def phone_ports(self) -> Ports:
        """Ports for agents' phones and headsets: a quarter."""
        return shares(self.rtp_ports, (2, 1, 1))[1]

    @property
    def browser_ports(self) -> Ports:
        """Ports for agents' browsers: a quarter."""
        return shares(self.rtp_ports, (2, 1, 1))[2]

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
