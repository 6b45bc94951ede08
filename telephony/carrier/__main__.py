"""`python -m telephony.carrier`: a carrier with customers who do not exist, on loopback only."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from telephony.carrier.behaviours import Plan, load, plan_for
from telephony.carrier.exchange import Exchange, loopback
from telephony.carrier.ledger import Ledger
from telephony.config_file import ConfigError

RTP_PORTS = (30000, 39999)


def main() -> int:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="telephony.carrier", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:5080", type=loopback)
    parser.add_argument("--customers", type=Path, default=Path(__file__).parent / "customers.toml")
    parser.add_argument("--log", type=Path, required=True, help="the carrier's own log, JSON lines")
    parser.add_argument("--record", type=Path, help="folder for what customers hear")
    parser.add_argument("--tls", type=Path, nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    try:
        customers = load(arguments.customers)
    except ConfigError as error:
        print(error.text(), file=sys.stderr)
        return 2
    calls: Counter[str] = Counter()

    def plan_of(number: str) -> Plan:
        calls[number] += 1
        return plan_for(customers, arguments.seed, number, calls[number])

    tls = tuple(arguments.tls) if arguments.tls else None
    ledger = Ledger(arguments.log)
    Exchange(arguments.listen, RTP_PORTS, ledger, plan_of, arguments.record, tls).run()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # every call is over; destroying the library would only wait
