"""A person at a browser, as far as the server can tell: signs in, uploads, starts. For demo and tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

TIMEOUT_SECONDS = 15
_CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')


class VisitorRefused(Exception):
    """The workbench said no; the text is its sentence."""


class Visitor:
    """One browser session."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self._csrf = ""

    def is_answering(self) -> bool:
        """Whether the workbench is up."""
        try:
            return self.session.get(f"{self.url}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def sign_in(self, username: str, password: str) -> None:
        """Raises VisitorRefused for a wrong password."""
        self._read_csrf("/login")
        form = {"csrf_token": self._csrf, "username": username, "password": password}
        answer = self.session.post(f"{self.url}/login", data=form, timeout=TIMEOUT_SECONDS)
        if answer.status_code != 200 or answer.url.endswith("/login"):
            raise VisitorRefused(f"{username}: {answer.status_code}")
        self._csrf = self._found_csrf(answer.text)

    def create_campaign(self, name: str, creditor: str, ring_seconds: int) -> int:
        """Id of the new campaign."""
        body = {"name": name, "creditor": creditor, "ring_seconds": ring_seconds}
        return int(self.post("/campaigns", json=body)["id"])

    def upload(self, campaign: int, path: Path) -> int:
        """Send the file the way the page does; id of the upload."""
        with path.open("rb") as body:
            headers = {"X-File-Name": quote(path.name), "Content-Type": "application/octet-stream"}
            return int(
                self.post(f"/campaigns/{campaign}/uploads", data=body, headers=headers)["id"]
            )

    def upload_is_done(self, upload: int) -> bool:
        """True once committed. Raises VisitorRefused when the file was refused."""
        answer = self.session.get(
            f"{self.url}/uploads/{upload}", headers={"Accept": "application/json"},
            timeout=TIMEOUT_SECONDS,
        ).json()  # fmt: skip
        if answer["state"] == "refused":
            raise VisitorRefused(str(answer["refusal"]))
        return bool(answer["state"] == "committed")

    def screen_machines(self, campaign: int, policy: str, message: str) -> None:
        """What is done when a machine answers."""
        self.post(f"/campaigns/{campaign}/screening", json={"policy": policy, "message": message})

    def start_campaign(self, campaign: int) -> None:
        """Begin dialing."""
        self.post(f"/campaigns/{campaign}/start", json={})

    def post(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> dict[str, Any]:
        """POST with the CSRF token; the JSON answer. Raises VisitorRefused."""
        every = {"X-CSRFToken": self._csrf, "Accept": "application/json", **(headers or {})}
        answer = self.session.post(
            f"{self.url}{path}", headers=every, timeout=TIMEOUT_SECONDS, **body
        )
        said: dict[str, Any] = answer.json()
        if not said.get("ok"):
            raise VisitorRefused(str(said.get("error", {}).get("text", answer.status_code)))
        return said

    def _read_csrf(self, path: str) -> None:
        self._csrf = self._found_csrf(
            self.session.get(f"{self.url}{path}", timeout=TIMEOUT_SECONDS).text
        )

    @staticmethod
    def _found_csrf(page: str) -> str:
        found = _CSRF.search(page)
        if found is None:
            raise VisitorRefused("no CSRF token on the page")
        return found.group(1)
