"""Log lines of all processes: time, who, what, and the fields given as `extra`. Ids only, no people."""

from __future__ import annotations

import logging

_PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Libraries that are chatty, or that would write down who tried to sign in.
_QUIET = ("alembic", "flask-limiter", "apscheduler", "engineio", "socketio", "werkzeug")


class _WithFields(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {k: v for k, v in vars(record).items() if k not in _PLAIN}
        tail = "".join(f" {name}={value}" for name, value in fields.items())
        return super().format(record) + tail


def set_up() -> None:
    """One handler on standard error; called once by each process."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithFields("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
