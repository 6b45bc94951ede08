"""`python -m telephony.carrier.phones`: agents' desk phones that answer by themselves, on loopback."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from telephony.carrier.behaviours import Plan
from telephony.carrier.exchange import Exchange, loopback
from telephony.carrier.ledger import Ledger

RTP_PORTS = (40000, 49999)
SHIFT_SECONDS = 12 * 3600.0


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="telephony.carrier.phones", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:5090", type=loopback)
    parser.add_argument("--phones", default="6000-6099", type=_range, help="6000-6099")
    parser.add_argument("--log", type=Path, required=True, help="the phones' own log, JSON lines")
    parser.add_argument(
        "--sound", default="agent",
        help="what agents say: a name or a WAV file; {number} in it is the phone's own",
    )  # fmt: skip
    parser.add_argument(
        "--keys", default="=", help="NUMBER=KEYS: pressed a second after the answer"
    )
    parser.add_argument("--record", type=Path, help="folder for what the phones hear")
    arguments = parser.parse_args()

    def plan_of(number: str) -> Plan | None:
        if not number.isdigit() or int(number) not in arguments.phones:
            return None
        sound = arguments.sound.replace("{number}", number)
        who, _, keys = arguments.keys.partition("=")
        keys = keys if number == who else ""
        return Plan("phone", 200, 0.05, True, "", sound, SHIFT_SECONDS, keys=keys)

    ledger = Ledger(arguments.log)
    Exchange(arguments.listen, RTP_PORTS, ledger, plan_of, arguments.record).run()
    return 0


def _range(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
