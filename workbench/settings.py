"""[workbench] of config.toml: the web server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from telephony.config_file import Section, load_section


class AudioSettings(Section):
    """Agents' sound in the browser, for networks where the node cannot be reached directly."""

    ice_servers: tuple[
        Annotated[
            str, Field(pattern=r"^(stun|turns?):[A-Za-z0-9.:\[\]_-]+(\?transport=(udp|tcp))?$")
        ],
        ...,
    ] = ()
    turn_secret: str = ""  # coturn's static-auth-secret; pages get names that expire
    turn_hours: Annotated[float, Field(gt=0, le=48)] = 12

    @model_validator(mode="after")
    def _turn_has_a_secret(self) -> Self:
        if any(url.startswith("turn") for url in self.ice_servers) and not self.turn_secret:
            raise ValueError("turn_secret: a TURN server needs its static-auth-secret")
        return self


class WorkbenchSettings(Section):
    """Where the workbench listens and how it keeps its sessions."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8095
    public_url: str = "http://127.0.0.1:8095"
    secret_file: Path = Path("var/secret.key")
    threads: Annotated[int, Field(ge=20, le=4000)] = 260
    secure_cookies: bool = False
    agency: Annotated[str, Field(max_length=60)] = ""  # how agents name the house on the phone
    languages: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN", "en")
    audio: AudioSettings = AudioSettings()


def load(path: Path | None = None) -> WorkbenchSettings:
    """Read and check [workbench]; raises ConfigError."""
    return load_section("workbench", WorkbenchSettings, path)
