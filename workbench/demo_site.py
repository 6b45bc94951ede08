"""The demonstration's own installation: a folder, a configuration that reaches 127.0.0.1 only, users.

Nothing of the operator's configuration is read, so a demonstration cannot dial a real trunk.
"""

from __future__ import annotations

import secrets
import shutil
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import telephony
from dialer.actions.actor import SETUP
from dialer.actions.numbers import add_outbound_numbers
from dialer.actions.users import add_user
from dialer.clock import utc_now
from dialer.store.session import Sessions, open_store, upgrade
from workbench.auth import hash_password
from workbench.ports import tcp_is_free
from workbench.processes import Program, installation

MARKER = "kept-demo"
SHANGHAI = ZoneInfo("Asia/Shanghai")
SHOWN_NUMBERS = tuple(f"95035{n:03d}" for n in range(100, 110))
HUMAN_AGENT_PHONE = 6000
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the demonstration; the password is made for this run and printed."""

    username: str
    password: str
    role: str
    name: str
    phone: int = 0


@dataclass(frozen=True, slots=True)
class Site:
    """Where the demonstration lives and which ports it took."""

    folder: Path
    web_port: int
    node_port: int
    carrier_port: int
    phones_port: int

    @property
    def url(self) -> str:
        """Address of its workbench."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def config(self) -> Path:
        """Its configuration file."""
        return self.folder / "config.toml"

    @property
    def carrier_log(self) -> Path:
        """What the simulated carrier saw, written by the carrier alone."""
        return self.folder / "carrier.jsonl"

    @property
    def database(self) -> str:
        """URL of its database."""
        return f"sqlite:///{self.folder}/kept.db"


class PortInUse(Exception):
    """Somebody else listens where the workbench should."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"端口 {port} 已被占用：请先关闭占用它的程序 / port {port} is in use: stop what uses it"
        )


def prepare(folder: Path, web_port: int | None) -> Site:
    """Make the folder anew and choose ports. Raises PortInUse for a fixed `web_port` that is taken."""
    if web_port is not None and not tcp_is_free("127.0.0.1", web_port):
        raise PortInUse(web_port)
    _make_anew(folder)
    ports = _free_ports(4)
    site = Site(folder.resolve(), web_port or ports[0], *ports[1:])
    site.config.write_text(_config(site), encoding="utf-8")
    return site


def fill(site: Site, agents: int) -> list[Login]:
    """Create the store, its users and the pool of shown numbers; the campaign comes by upload."""
    upgrade(site.database)
    sessions = open_store(site.database)
    logins = [
        Login("manager", _password(), "manager", "演示经理 Mona"),
        Login(
            "supervisor", _password(), "supervisor", "演示主管 Sun", HUMAN_AGENT_PHONE + agents + 1
        ),
        Login("agent", _password(), "agent", "演示坐席 Ann", HUMAN_AGENT_PHONE),
        *(_robot(number) for number in range(1, agents + 1)),
    ]
    for login in logins:
        _add(sessions, site, login)
    add_outbound_numbers(sessions, SETUP, SHOWN_NUMBERS, utc_now())
    return logins


def programs(site: Site, agents: int, seed: int, customers: Path | None = None) -> list[Program]:
    """The processes of the demonstration, in the order in which they start."""
    who = ("--customers", str(customers)) if customers else ()
    phones = f"{HUMAN_AGENT_PHONE}-{HUMAN_AGENT_PHONE + agents + 1}"  # the last: the supervisor
    return [
        Program("carrier", "telephony.carrier", (
            "--listen", f"127.0.0.1:{site.carrier_port}", "--log", str(site.carrier_log),
            "--seed", str(seed), *who,
        )),
        Program("phones", "telephony.carrier.phones", (
            "--listen", f"127.0.0.1:{site.phones_port}", "--phones", phones,
            "--log", str(site.folder / "phones.jsonl"),
        )),
        *installation(),
    ]  # fmt: skip


def clock_offset(now: datetime) -> timedelta:
    """Shift that makes it 10:00 in Shanghai, when calling hours there leave too little time."""
    local = now.astimezone(SHANGHAI)
    if 8 <= local.hour < 20:
        return timedelta()
    ten = local.replace(hour=10, minute=0, second=0, microsecond=0)
    return ten - local


def _robot(number: int) -> Login:
    name = SURNAMES[number % len(SURNAMES)] + " · 模拟 robot"
    return Login(f"robot{number:02d}", _password(), "agent", name, HUMAN_AGENT_PHONE + number)


def _add(sessions: Sessions, site: Site, login: Login) -> None:
    address = f"sip:{login.phone}@127.0.0.1:{site.phones_port}" if login.phone else ""
    add_user(
        sessions, SETUP, username=login.username, display_name=login.name, role=login.role,
        password_hash=hash_password(login.password), leg_address=address,
        staff_no=str(login.phone or ""), now=utc_now(),
    )  # fmt: skip


def _password() -> str:
    return secrets.token_urlsafe(6)


def _make_anew(folder: Path) -> None:
    """Only a folder that an earlier demonstration made may be emptied."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise FileExistsError(f"{folder}: 不是演示目录，未改动 / not a demo folder, left alone")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()


def _free_ports(count: int) -> list[int]:
    """Ports free for UDP now; all are held open until the last is found, so none comes twice."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _config(site: Site) -> str:
    prompts = Path(telephony.__file__).parent / "prompts"
    return f"""\
[telephony]
folder = "{site.folder}"
link = "ipc://{site.folder}/run/node.ipc"
sip_port = {site.node_port}
prompts = "{prompts}"

[[telephony.trunks]]
name = "simulated"
proxy = "sip:127.0.0.1:{site.carrier_port}"
channels = 100
calls_per_second = 20.0
numbers = ["95035xxx"]

[dialer]
database = "{site.database}"
uploads = "{site.folder}/uploads"

[dialer.recordings]
key_file = "{site.folder}/recordings.key"

[workbench]
port = {site.web_port}
public_url = "{site.url}"
secret_file = "{site.folder}/secret.key"
"""
