"""`kept up`: the three processes of one machine, kept up until somebody says stop."""

from __future__ import annotations

import signal
from types import FrameType

import click

from dialer import settings as dialer_settings
from dialer.store.session import upgrade
from telephony import settings as telephony_settings
from workbench import settings as workbench_settings
from workbench.processes import CrashLoop, Keeper, installation


class StopAsked:
    """True once SIGTERM or Ctrl-C arrived."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True

    def __call__(self) -> bool:
        return self._asked


def run() -> int:
    """Check all settings first, bring the store up to date, then keep the processes up."""
    telephony = telephony_settings.load()
    dialer = dialer_settings.load()
    workbench = workbench_settings.load()
    upgrade(dialer.database)
    keeper = Keeper(telephony.folder, {})
    stop = StopAsked()
    keeper.start(installation())
    click.echo(f"Kept: {workbench.public_url}")
    try:
        keeper.keep(stop)
    except CrashLoop as crash:
        click.echo(str(crash), err=True)
        return 1
    finally:
        keeper.stop()
    return 0
