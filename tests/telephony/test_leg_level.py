"""A leg that leaves the bridge in the moment it is asked how loud it is does not end the node."""

from __future__ import annotations

from types import SimpleNamespace

import pjsua2 as pj
import pytest

from telephony.sip_leg import Leg

pytestmark = pytest.mark.unit


class GonePort:
    """A port that has left the bridge."""

    def getTxLevel(self) -> int:
        raise pj.Error


def test_a_port_that_left_the_bridge_is_silent():
    assert Leg.level(SimpleNamespace(media=GonePort(), over=False)) == 0
