"""`kept trunk`: try a trunk step by step, and say in words what does not work and what to do."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from workbench.translations import LANGUAGES, catalogue, say

SIGNS = {True: "✓", False: "✕"}


@click.group()
def trunk() -> None:
    """Ways out to carriers. 线路。"""


@trunk.command("test")
@click.argument("name")
@click.option("--number", default="", help="A phone of your own; without it no call is placed.")
@click.option("--shown", default="", help="Outbound number to show; the trunk must own it.")
@click.option("--lang", type=click.Choice(LANGUAGES), help="One language; both without it.")
@click.option("--json", "as_json", is_flag=True, help="The steps as JSON lines.")
def trunk_test(name: str, number: str, shown: str, lang: str | None, as_json: bool) -> None:
    """Address, transport, OPTIONS, registration and, with --number, one call. 测试线路。"""
    if number and not shown:
        raise click.UsageError(
            "--number: 还需要 --shown（外显号码）/ needs --shown, the number to show"
        )
    dialed = _own_phone(name, number) if number else ""
    command = [sys.executable, "-m", "telephony.trunk_test", name]
    command += ["--number", dialed, "--shown", shown] if dialed else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if as_json:
                click.echo(line.rstrip())
            elif line.startswith("{"):
                click.echo(rendered(json.loads(line), (lang,) if lang else LANGUAGES))
    sys.exit(running.returncode)


def _own_phone(name: str, number: str) -> str:
    """Nobody whom Kept may call for a debt is called for a test; the audit remembers the call."""
    from dialer.actions.actor import SETUP
    from dialer.actions.refusals import Refused
    from dialer.actions.trunk_test import allow_test_call
    from dialer.clock import utc_now
    from dialer.settings import load
    from dialer.store.session import open_store

    try:
        return allow_test_call(open_store(load().database), SETUP, name, number, utc_now())
    except Refused as no:
        words = [say(language, f"refusal.{no.code}") for language in LANGUAGES]
        raise click.ClickException(" / ".join(words)) from None
    except SQLAlchemyError:
        raise click.ClickException(
            "数据库不可用，请先运行 kept db upgrade / the database cannot be read: kept db upgrade"
        ) from None


def rendered(step: dict[str, Any], languages: tuple[str, ...]) -> str:
    """A step in words, with what to do where it failed: one line per language."""
    sign = SIGNS[step["ok"]]
    return "\n".join(
        f"{sign if language == languages[0] else ' '} {_sentence(step, language)}"
        for language in languages
    )


def _sentence(step: dict[str, Any], language: str) -> str:
    key, words = f"trunk_test.{step['step']}_{step['result']}", step["words"]
    text = say(language, key, **words)
    if "code" in words and not step["ok"]:
        text += " " + say(language, code_key(int(words["code"]), language))
    return text


def code_key(code: int, language: str) -> str:
    """What a SIP status means and what to do about it: its own sentence, else that of its class."""
    own = f"trunk_test.sip_{code}"
    return own if own in catalogue(language) else f"trunk_test.sip_{code // 100}xx"
