"""Which ports for sound each account of a node uses. Pure.

pjsua2 counts up through an account's ports and gives up after 100 pairs that are taken. Two accounts of
one range would run into each other: behind 100 nailed-up agents no customer could be called.
"""

from __future__ import annotations

from collections.abc import Sequence

Ports = tuple[int, int]  # first and last, both included


def shares(ports: Ports, weights: Sequence[int]) -> list[Ports]:
    """Cut a range into as many parts as there are weights, by weight; each begins with an even port, as RTP
    wants (RFC 3550 section 11). Raises ValueError when a part would be less than one pair of ports."""
    first, pairs = ports[0] + ports[0] % 2, (ports[1] + 1 - ports[0] - ports[0] % 2) // 2
    total, done, found = sum(weights), 0, []
    for weight in weights:
        begin, done = pairs * done // total, done + weight
        end = pairs * done // total
        if end <= begin:
            raise ValueError(f"rtp_ports {ports[0]}-{ports[1]}: too few for every line")
        found.append((first + 2 * begin, first + 2 * end - 1))
    return found
