"""[workbench] of config.toml: the web server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from telephony.config_file import Section, load_section


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


def load(path: Path | None = None) -> WorkbenchSettings:
    """Read and check [workbench]; raises ConfigError."""
    return load_section("workbench", WorkbenchSettings, path)
