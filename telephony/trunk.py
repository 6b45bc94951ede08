"""One `[[telephony.trunks]]` of config.toml: where a carrier is, how it wants to be spoken to, how much
it takes. Read by the node (which obeys it) and by the engine (which plans with its limits)."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from telephony.config_file import Section
from telephony.number_format import Form, NumberForm
from telephony.own_numbers import NumberRange, read_range

Codec = Literal["PCMA", "PCMU", "G722"]
_PEER = r"^sip:[0-9.]+(:[0-9]{1,5})?$"
PORT, TLS_PORT = 5060, 5061


class Transport(StrEnum):
    """How SIP travels to the carrier."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Srtp(StrEnum):
    """Whether sound is encrypted (RFC 4568): its key travels in the SIP, so only over TLS."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class CallerId(StrEnum):
    """Where this carrier reads the outbound number, and whether the callee may see it."""

    FROM = "from"
    PAI = "pai"  # From and P-Asserted-Identity (RFC 3325)
    PAI_ONLY = "pai-only"  # From holds the account's name, the number stands in P-Asserted-Identity
    PAI_PRIVATE = "pai-private"  # as `pai`, hidden from the callee: Privacy: id (RFC 3323)


class Trunk(Section):
    """A way out to a carrier. Addresses are IP addresses: pjsua2 resolves names while it blocks.
    `numbers` are the outbound numbers it may show; a carrier that is not on loopback needs them."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    proxy: Annotated[str, Field(pattern=_PEER)]
    transport: Transport = Transport.UDP
    outbound_proxy: Annotated[str, Field(pattern=rf"{_PEER}|^$")] = ""
    tls_ca_file: Path | None = None  # who may have signed the carrier's certificate
    srtp: Srtp = Srtp.OFF
    username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,64}$")] = ""
    password_file: Path | None = None
    register_there: Annotated[bool, Field(alias="register")] = False
    domain: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{0,128}$")] = ""  # "": our own address
    codecs: Annotated[tuple[Codec, ...], Field(min_length=1)] = ("PCMA", "PCMU")
    caller_id: CallerId = CallerId.FROM
    number_format: Form = Form.AS_IS
    number_prefix: Annotated[str, Field(pattern=r"^[0-9*#]{0,8}$")] = ""
    country_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}$")] = "86"
    options_seconds: Annotated[float, Field(ge=0, le=300)] = 20.0  # 0: the trunk is not asked
    channels: Annotated[int, Field(ge=1, le=1000)] = 60
    calls_per_second: Annotated[float, Field(gt=0, le=300)] = 10.0
    priority: Annotated[int, Field(ge=1, le=99)] = 1  # 1 is asked first
    weight: Annotated[int, Field(ge=1, le=1000)] = 1  # share among those of one priority
    numbers: tuple[str, ...] = ()

    @field_validator("numbers")
    @classmethod
    def _are_ranges(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        for text in numbers:
            read_range(text)
        return numbers

    @field_validator("proxy", "outbound_proxy")
    @classmethod
    def _is_address(cls, peer: str) -> str:
        if peer:
            host, port = _parts(peer, PORT)
            ipaddress.ip_address(host)
            if not 1 <= port <= 65535:
                raise ValueError(f"{port}: 不是端口 / no port")
        return peer

    @field_validator("codecs")
    @classmethod
    def _are_different(cls, codecs: tuple[Codec, ...]) -> tuple[Codec, ...]:
        if len(set(codecs)) != len(codecs):
            raise ValueError("同一编码出现两次 / a codec is named twice")
        return codecs

    @model_validator(mode="after")
    def _knows_its_numbers(self) -> Self:
        if not self.numbers and not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError(
                'numbers = ["95035000-95035099"]: '
                "此运营商可显示哪些号码？/ which numbers may this carrier show?"
            )
        return self

    @model_validator(mode="after")
    def _keys_fit_together(self) -> Self:
        if self.register_there and not self.username:
            raise ValueError("register = true: 还需要 username / needs a username")
        if bool(self.username) != (self.password_file is not None):
            raise ValueError(
                "username 与 password_file 须同时填写 / username and password_file go together"
            )
        if self.srtp is not Srtp.OFF and self.transport is not Transport.TLS:
            raise ValueError(
                'srtp 需要 transport = "tls"，否则密钥以明文传输 / '
                'srtp needs transport = "tls": its keys would travel in the clear'
            )
        if self.tls_ca_file is not None and self.transport is not Transport.TLS:
            raise ValueError('tls_ca_file 只用于 transport = "tls" / is for transport = "tls" only')
        return self

    @cached_property
    def _ranges(self) -> tuple[NumberRange, ...]:
        return tuple(read_range(text) for text in self.numbers)

    def owns(self, number: str) -> bool:
        """Whether the number may be shown here. Without a list, on loopback only, any may."""
        return not self._ranges or any(each.covers(number) for each in self._ranges)

    @property
    def form(self) -> NumberForm:
        """How numbers are written to this carrier."""
        return NumberForm(self.number_format, self.country_code, self.number_prefix)

    @property
    def host(self) -> str:
        """IP address of the carrier."""
        return _parts(self.proxy, PORT)[0]

    @property
    def port(self) -> int:
        """Port of the carrier."""
        return _parts(self.proxy, TLS_PORT if self.transport is Transport.TLS else PORT)[1]

    @property
    def peer(self) -> str:
        """`address:port` that our requests go to first: the outbound proxy's where there is one."""
        default = TLS_PORT if self.transport is Transport.TLS else PORT
        host, port = _parts(self.outbound_proxy or self.proxy, default)
        return f"{host}:{port}"

    @property
    def addresses(self) -> frozenset[str]:
        """IP addresses that calls of this carrier may come from."""
        return frozenset(_parts(p, PORT)[0] for p in (self.proxy, self.outbound_proxy) if p)

    def uri(self, user: str = "") -> str:
        """SIP URI of a number at the carrier, or of the carrier itself."""
        at = f"{user}@" if user else ""
        how = "" if self.transport is Transport.UDP else f";transport={self.transport}"
        return f"sip:{at}{self.host}:{self.port}{how}"

    def password(self) -> str:
        """The secret of `password_file`; never logged. Raises OSError naming the file."""
        if self.password_file is None:
            return ""
        return self.password_file.read_text(encoding="utf-8").strip()


def _parts(peer: str, port: int) -> tuple[str, int]:
    host, _, given = peer.removeprefix("sip:").partition(":")
    return host, int(given or port)
