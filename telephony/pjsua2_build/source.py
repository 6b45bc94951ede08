"""Where pjproject's source comes from: the user's own copy, or this machine's Debian mirror.

Debian ships pjproject as one component of its asterisk source package. apt itself is asked for
it, with whatever mirror, proxy and keyring it is configured with: nothing is hard-coded, and
the archive's signature and the file's hash are checked by apt.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

SUITES = ("sid", "trixie")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LINE = re.compile(
    r"^'(?P<uri>[^']+)' (?P<name>\S+\.orig-Xpjproject\.tar\.\w+) \d+ (?P<sum>\S+)$", re.M
)


class NoSource(Exception):
    """No source was found; the message says what the user can do."""


def unpack(source: Path, tree: Path) -> None:
    """Put the source (a directory or a tarball) into ``tree``, without its top folder."""
    if source.is_dir():
        shutil.copytree(source, tree, symlinks=True, dirs_exist_ok=True)
    else:
        with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            tops = list(Path(folder).iterdir())
            top = tops[0] if len(tops) == 1 and tops[0].is_dir() else Path(folder)
            shutil.copytree(top, tree, symlinks=True, dirs_exist_ok=True)
    if not (tree / "aconfigure").is_file() or not (tree / "pjsip-apps/src/swig/pjsua2.i").is_file():
        raise NoSource(
            f"{source} is not a whole pjproject tree (no aconfigure or no pjsip-apps/src/swig). "
            "Set PJPROJECT_SRC to a pjproject release: its directory or its tarball."
        )


def fetch(folder: Path) -> Path:
    """Download the tarball into ``folder`` through apt and return its path."""
    with tempfile.TemporaryDirectory() as state:
        for mirror in _mirrors():
            for suite in SUITES:
                found = _from_mirror(mirror, suite, Path(state), folder)
                if found:
                    return found
    raise NoSource(
        "apt on this machine knows no Debian mirror that carries pjproject's source. Download a "
        "pjproject release yourself and run again with PJPROJECT_SRC=/path/to/it."
    )


def _mirrors() -> list[str]:
    """Debian mirrors of apt's own configuration, most trusted way of asking first."""
    targets = _output(
        "apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)"
    )
    found = [
        line.split("|")[0] for line in targets.splitlines() if line.endswith("|Debian|Debian|main")
    ]
    if not found:  # the package lists were never downloaded
        folder = Path("/etc/apt")
        files = [folder / "sources.list", *(folder / "sources.list.d").glob("*.*")]
        text = "\n".join(f.read_text(errors="replace") for f in files if f.is_file())
        found = re.findall(r"(?:https?|mirror\+\w+|file|copy)://\S+/debian/?(?=\s|$)", text)
    return sorted(set(found))


def _from_mirror(mirror: str, suite: str, state: Path, folder: Path) -> Path | None:
    signed = f"[signed-by={KEYRING}] " if KEYRING.is_file() else ""
    sources = state / "sources.list"
    sources.write_text(f"deb-src {signed}{mirror} {suite} main\n")
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    apt = (
        f"-oDir::Etc::sourcelist={sources}",
        "-oDir::Etc::sourceparts=/dev/null",
        f"-oDir::State::lists={state / 'lists'}",
        f"-oDir::Cache={state / 'cache'}",
        "-oAcquire::Languages=none",
        "-oAcquire::IndexTargets::deb-src::DEP-11::DefaultEnabled=false",
        "-oAcquire::Retries=3",
        *(("-oAPT::Sandbox::User=root",) if os.getuid() == 0 else ()),  # our folder is only ours
    )
    if subprocess.run(
        ["apt-get", *apt, "-qq", "update"], check=False, stdout=sys.stderr
    ).returncode:
        return None
    uris = _output("apt-get", *apt, "source", "--only-source", "--print-uris", "asterisk")
    match = LINE.search(uris)
    if match is None:
        return None
    target = folder / match["name"]
    helper = [
        "/usr/lib/apt/apt-helper",
        *apt,
        "download-file",
        match["uri"],
        str(target),
        match["sum"],
    ]
    return (
        target if subprocess.run(helper, check=False, stdout=sys.stderr).returncode == 0 else None
    )


def _output(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    plain = dict(os.environ, LC_ALL="C")
    return subprocess.run(command, check=False, capture_output=True, text=True, env=plain).stdout
