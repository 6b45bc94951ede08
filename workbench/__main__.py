"""`python -m workbench`: the web process. gunicorn with threads, one worker (docs/decisions.md)."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from dialer import settings as dialer_settings
from dialer.actions.prompts import PromptFolders
from telephony import log as log_lines
from telephony import settings as telephony_settings
from telephony.config_file import ConfigError
from workbench import settings as workbench_settings
from workbench.ports import tcp_is_free


class _Server(BaseApplication):
    """gunicorn, configured by us alone: no file, no command line."""

    def __init__(self, options: dict[str, Any], settings: Any, dialer: Any) -> None:
        self._options, self._settings, self._dialer = options, settings, dialer
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:  # older gunicorn knows fewer
                self.cfg.set(name, value)

    def load(self) -> Any:
        """In the worker, after the fork: threads start here."""
        from workbench.app import create_app

        telephony = telephony_settings.load()
        app = create_app(
            self._settings, self._dialer, recordings=telephony.recordings,
            prompts=PromptFolders(telephony.prompts, telephony.own_prompts),
        )  # fmt: skip
        app.config["KEPT_TRUNKS"] = telephony.trunks
        app.extensions["kept_follower"].start()
        return app


def main() -> int:
    """Check the port first: gunicorn would only try again and again."""
    log_lines.set_up()
    try:
        settings, dialer = workbench_settings.load(), dialer_settings.load()
    except ConfigError as error:
        logging.error(error.text())
        return 2
    if not tcp_is_free(settings.host, settings.port):
        logging.error(
            "端口 %s 已被占用，请改 workbench.port / port %s is in use, change workbench.port",
            settings.port, settings.port,
        )  # fmt: skip
        return 1
    options = {
        "bind": f"{settings.host}:{settings.port}", "worker_class": "gthread", "workers": 1,
        "threads": settings.threads, "graceful_timeout": 3, "timeout": 0,
        "control_socket_disable": True, "accesslog": None, "loglevel": "warning",
    }  # fmt: skip
    _Server(options, settings, dialer).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
