"""How good a leg sounds: the E-model of ITU-T G.107, simplified for G.711 as usual in monitoring. Pure.

R = 93.2 - Id - Ie_eff, with all values of G.107 that are not measured at their defaults.
Id: Cole and Rosenbluth, "Voice over IP performance monitoring", SIGCOMM CCR 31(2), 2001.
Ie_eff: G.107 (7-29) for random loss (BurstR 1), with Ie 0 and Bpl 25.1 of G.711 with concealment (G.113
appendix I). MOS from R: G.107 annex B.
"""

from __future__ import annotations

from dataclasses import dataclass

_R0 = 93.2
_BPL = 25.1
_PACKET_MS = 20.0
_KNEE_MS = 177.3  # delay from which talkers begin to interrupt each other


@dataclass(frozen=True, slots=True)
class Rtp:
    """What a leg's stream has received so far."""

    packets: int = 0
    lost: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0  # 0: not known


def loss_of(rtp: Rtp) -> float:
    """Share of packets that did not come, 0 to 1."""
    sent = rtp.packets + rtp.lost
    return rtp.lost / sent if sent > 0 else 0.0


def mos(rtp: Rtp) -> float:
    """Mean opinion score, 1.0 to 4.4; 0.0 when nothing was received, which no score describes.

    Mouth-to-ear delay is taken as half the round trip, one packet, and twice the jitter as buffer."""
    if rtp.packets <= 0:
        return 0.0
    delay = rtp.rtt_ms / 2 + _PACKET_MS + 2 * rtp.jitter_ms
    impaired = 0.024 * delay + 0.11 * max(delay - _KNEE_MS, 0.0)
    percent = loss_of(rtp) * 100
    r = _R0 - impaired - 95.0 * percent / (percent + _BPL)
    if r <= 0:
        return 1.0
    score = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
    return round(min(max(score, 1.0), 4.5), 2)


def grade(score: float) -> str:
    """good | fair | poor | none: G.107's bands of satisfied, some and many dissatisfied users."""
    if score <= 0:
        return "none"
    return "good" if score >= 4.0 else ("fair" if score >= 3.6 else "poor")
