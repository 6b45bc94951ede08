"""Packs the two built files as a wheel, so that pip installs and caches them like any other."""

import base64
import hashlib
import zipfile
from pathlib import Path


def pack(target: Path, version: str, files: dict[str, bytes]) -> None:
    """Write the wheel ``target``; ``files`` maps names inside site-packages to contents."""
    info = f"pjsua2-{version}.dist-info"
    tag = "-".join(target.stem.split("-")[-3:])
    contents = {
        **files,
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: pjsua2\nVersion: {version}\n"
            "Summary: pjsua2 with Kept's limits\nLicense: GPL-2.0-or-later\n"
        ).encode(),
        f"{info}/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: telephony.pjsua2_build\n"
            f"Root-Is-Purelib: false\nTag: {tag}\n"
        ).encode(),
    }
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in contents.items())
    contents[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    part.rename(target)  # a build that was cut off leaves no wheel behind


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"
