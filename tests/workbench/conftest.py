"""The workbench in this process: Flask's test client, Socket.IO's test client, a real store."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_socketio.test_client import SocketIOTestClient

from dialer.actions.actor import Actor
from dialer.settings import DialerSettings
from dialer.store.session import Sessions
from tests.factories import MORNING, make_user
from workbench import live
from workbench.app import create_app
from workbench.auth import hash_password, limiter
from workbench.settings import WorkbenchSettings

PASSWORD = "correct horse"
HASHED = hash_password(PASSWORD)


class Office:
    """An application with one user of each role."""

    def __init__(self, sessions: Sessions, folder: Path) -> None:
        self.sessions, self.folder = sessions, folder
        settings = WorkbenchSettings(secret_file=folder / "secret.key")
        dialer = DialerSettings(uploads=folder / "uploads")
        self.app: Flask = create_app(settings, dialer, sessions)
        self.app.testing = True
        limiter.reset()
        self.users: dict[str, Actor] = {
            role: make_user(sessions, role, MORNING, username=role, password_hash=HASHED)
            for role in ("agent", "supervisor", "manager", "admin", "auditor")
        }

    def visitor(self, role: str = "") -> Visitor:
        """A browser, signed in as this role."""
        visitor = Visitor(self.app.test_client())
        if role:
            assert visitor.sign_in(role).status_code == 302
        return visitor

    def socket(self, visitor: Visitor) -> SocketIOTestClient:
        """Its socket."""
        return live.socketio.test_client(self.app, flask_test_client=visitor.client)


class Visitor:
    """One browser: keeps cookies and the CSRF token."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def csrf(self) -> str:
        """Token of the login page, or of any page when signed in."""
        for path in ("/login", "/desk", "/board", "/campaigns", "/cases"):
            found = re.search(r'csrf-token" content="([^"]+)"', self.client.get(path).text)
            if found:
                return found.group(1)
        raise AssertionError("no page has a token")

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        """POST /login."""
        form = {"csrf_token": self.csrf(), "username": name, "password": password}
        return self.client.post("/login", data=form)

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """POST JSON with the token."""
        headers = {
            "X-CSRFToken": self.csrf(),
            "Accept": "application/json",
            **more.pop("headers", {}),
        }
        if "data" not in more:
            more["json"] = json if json is not None else {}
        return self.client.post(path, headers=headers, **more)

    def upload(self, campaign: int, content: bytes, name: str = "list.csv") -> Any:
        """Send a file as the page does."""
        return self.post(
            f"/campaigns/{campaign}/uploads", data=content,
            headers={"X-File-Name": name, "Content-Type": "application/octet-stream"},
        )  # fmt: skip


@pytest.fixture
def office(sessions: Sessions, tmp_path: Path) -> Office:
    """See Office."""
    return Office(sessions, tmp_path)
