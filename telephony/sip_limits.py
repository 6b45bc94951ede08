"""`python -m telephony.sip_limits`: what the installed pjsua2 can carry, as JSON. Its own process, so
that whoever asks needs no SIP stack inside.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pjsua2 as pj

from telephony.sip_endpoint import compiled_calls_max


def limits() -> dict[str, Any]:
    """Version, most calls per node (the library lowers what is asked for), codecs, SRTP keyings."""
    endpoint = pj.Endpoint()
    endpoint.libCreate()
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = 0
    asked = 1024
    config.uaConfig.maxCalls = asked
    config.uaConfig.threadCnt = 0
    endpoint.libInit(config)
    version = endpoint.libVersion()
    found = {
        "version": str(version.full),
        "calls_max": compiled_calls_max(),
        "codecs": sorted(str(codec.codecId) for codec in endpoint.codecEnum2()),
        "text_streams_default": int(pj.CallOpParam(True).opt.textCount),
    }
    endpoint.libDestroy()
    return found


if __name__ == "__main__":
    print(json.dumps(limits()))
    sys.stdout.flush()
