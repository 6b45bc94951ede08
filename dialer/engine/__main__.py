"""`python -m dialer.engine`: the engine process."""

import logging
import signal
import sys
from threading import Event

from dialer import settings as dialer_settings
from dialer.engine.loop import LeaseHeld, run
from dialer.store.session import open_store
from telephony import log as log_lines
from telephony import settings as telephony_settings
from telephony.config_file import ConfigError


def main() -> int:
    """Load the configuration and run; a held lease is waited for (a spare engine)."""
    log_lines.set_up()
    try:
        settings, telephony = dialer_settings.load(), telephony_settings.load()
    except ConfigError as error:
        logging.error(error.text())
        return 2
    sessions = open_store(settings.database)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            return run(settings, telephony, sessions, stop)
        except LeaseHeld:
            logging.info("another engine holds the lease", extra={"action": "lease.wait"})
            stop.wait(2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
