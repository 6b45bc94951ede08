"""``python -m telephony.pjsua2_build``: print the path of a pjsua2 wheel, building it if need be.

Wheels are kept per user in ``~/.cache/kept/wheels`` (``KEPT_CACHE`` moves it) under a name made
from everything that went in, so that a second clone builds nothing. ``PJPROJECT_SRC`` names a
pjproject directory or tarball to use instead of Debian's.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from telephony.pjsua2_build import patches, source, wheel

HERE = Path(__file__).parent
WRAPPER = Path("pjsip-apps/src/swig/python")
LIBRARIES = ("pjlib", "pjlib-util", "pjnath", "pjmedia", "pjsip")
LEFT_OUT = (
    "resample", "video", "sound", "upnp", "libwebrtc", "libwebrtc-aec3", "libyuv", "sdl", "ffmpeg",
    "v4l2", "openh264", "vpx", "opencore-amr", "silk", "bcg729", "lyra", "speex-codec",
    "speex-aec", "libuuid",
)  # fmt: skip
# Objects of the static libraries that nothing in pjsua refers to, and that Kept calls through ctypes.
KEPT_TOO = ("pjmedia_mem_capture_create",)
LICENSED = {"gsm": "gsm", "ilbc": "ilbc", "g7221": "g7221"}  # folders Debian may have removed
STARTED = time.monotonic()


class Failed(Exception):
    """A build step failed; the message holds the end of its output."""


def main() -> int:
    """Exit code 0 and one path on standard output; 1 and the way out on standard error."""
    own = os.environ.get("PJPROJECT_SRC", "")
    cache = Path(os.environ.get("KEPT_CACHE", Path.home() / ".cache/kept")) / "wheels"
    cache.mkdir(parents=True, exist_ok=True)
    key = _key(own)
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    for found in sorted(cache.glob(f"pjsua2-*+kept.{key}-{tag}-*.whl")):
        print(found)
        return 0
    try:
        print(_build(Path(own) if own else None, cache, key, tag))
    except (Failed, source.NoSource) as fault:
        print(f"pjsua2 was not built: {fault}", file=sys.stderr)
        return 1
    return 0


def _key(own: str) -> str:
    """Eight hex digits that change whenever the built module would."""
    digest = hashlib.sha256(sysconfig.get_platform().encode())
    for path in sorted(HERE.glob("*.*")):
        digest.update(path.read_bytes())
    if own:
        path = Path(own)
        if not path.exists():
            print(f"PJPROJECT_SRC: {own} does not exist", file=sys.stderr)
            raise SystemExit(1)
        digest.update(f"{path.resolve()} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()[:8]


def _build(own: Path | None, cache: Path, key: str, tag: str) -> Path:
    with tempfile.TemporaryDirectory(prefix="kept-pjsua2-") as folder:
        tree = Path(folder) / "pjproject"
        tree.mkdir()
        _say("fetching pjproject's source" if own is None else f"copying the source from {own}")
        source.unpack(own or source.fetch(Path(folder)), tree)
        version = _version(tree)
        epoll = patches.mend(tree)
        if not epoll:
            _say(
                f"pjproject {version}: the text to mend for deaf calls is not there; "
                "taking the safe variant (select, about 330 recorded calls per node)"
            )
        _configure(tree, epoll)
        _compile(tree)
        module = _link(tree)
        _try_import(tree)
        plat = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        full = f"{version}+kept.{key}"
        target = cache / f"pjsua2-{full}-{tag}-{tag}-{plat}.whl"
        files = {
            "pjsua2.py": (tree / WRAPPER / "pjsua2.py").read_bytes(),
            module.name: module.read_bytes(),
            f"pjsua2-{full}.dist-info/licenses/COPYING": (tree / "COPYING").read_bytes(),
        }
        wheel.pack(target, full, files)
        _say(f"pjproject {version} built, kept as {target.name}")
        return target


def _configure(tree: Path, epoll: bool) -> None:
    _say("configuring")
    (tree / "pjlib/include/pj/config_site.h").write_bytes((HERE / "config_site.h").read_bytes())
    stripped = tree / "pjmedia/src/pjmedia-audiodev/bdimad_dev.c"
    stripped.touch()  # the makefile names it; Debian removed it
    party = tree / "third_party"
    options = [f"--disable-{name}" for name in LEFT_OUT]
    options += ["--enable-epoll"] if epoll else []
    options += ["--enable-speex-resample"]
    options += [] if (party / "srtp").exists() else ["--with-external-srtp"]
    options += [] if (party / "speex").exists() else ["--with-external-speex"]
    options += [
        f"--disable-{codec}-codec"
        for name, codec in LICENSED.items()
        if not (party / name).exists()
    ]
    for name in ("aconfigure", "config.guess", "config.sub"):
        if (tree / name).exists():
            (tree / name).chmod(0o755)
    flags = "-O2 -g0 -fPIC -w"
    _run(["./aconfigure", *options], tree, CFLAGS=flags, CXXFLAGS=flags)
    for library in (*LIBRARIES, "third_party"):
        (tree / library / "lib").mkdir(exist_ok=True)


def _compile(tree: Path) -> None:
    """The wrapper (one large C++ file) on one core while the libraries take the others."""
    _say("compiling (about a minute and a half on two cores)")
    folder = tree / WRAPPER
    include = [f"-I{tree / library / 'include'}" for library in LIBRARIES]
    quiet = "-w312,362,401,503,509,516,520"
    swig = ["swig", *include, "-c++", quiet, "-threads", "-python", "-o", "wrap.cpp", "../pjsua2.i"]
    machine = [f"-DPJ_IS_BIG_ENDIAN={int(sys.byteorder == 'big')}"]
    machine += [f"-DPJ_IS_LITTLE_ENDIAN={int(sys.byteorder == 'little')}", "-DPJ_AUTOCONF=1"]
    python = sysconfig.get_path("include")
    # -O0: measured, optimising the wrapper doubles the build and gains nothing on a call's path.
    gcc = ["g++", "-c", "-fPIC", "-O0", "-g0", "-w", "-std=c++11", *machine, *include]
    gcc += [f"-I{python}", "wrap.cpp", "-o", "wrap.o"]
    _run(swig, folder)
    log = (tree / "wrapper.log").open("wb")
    with log, subprocess.Popen(gcc, cwd=folder, stdout=log, stderr=log) as wrapper:
        try:
            _run(["make", "-s", f"-j{os.cpu_count() or 1}", "lib"], tree)
            _say("libraries compiled, waiting for the Python wrapper")
        except Failed:
            wrapper.kill()
            raise
        if wrapper.wait():
            raise Failed(_tail((tree / "wrapper.log").read_text(errors="replace")))


def _link(tree: Path) -> Path:
    rule = "include build.mak\nx:\n\t@echo $(APP_LDXXFLAGS) $(APP_LDXXLIBS)\n"
    make = ["make", "-s", "--no-print-directory", "-f", "-", "x"]
    flags = subprocess.run(make, cwd=tree, input=rule, capture_output=True, text=True, check=True)
    module = tree / WRAPPER / f"_pjsua2{sysconfig.get_config_var('EXT_SUFFIX')}"
    libraries = [*flags.stdout.split(), "-lspeexdsp"]
    kept = [f"-Wl,-u,{symbol}" for symbol in KEPT_TOO]
    _run(["g++", "-shared", "-s", "wrap.o", "-o", str(module), *kept, *libraries], tree / WRAPPER)
    return module


def _try_import(tree: Path) -> None:
    """A module with a missing symbol must fail here, not on the first shift."""
    probe = "import pjsua2 as p; e = p.Endpoint(); e.libCreate(); e.libDestroy(); "
    probe += "import ctypes, _pjsua2; lib = ctypes.CDLL(_pjsua2.__file__); "
    probe += "; ".join(f"lib.{symbol}" for symbol in KEPT_TOO)
    _run([sys.executable, "-c", probe], tree / WRAPPER)


def _version(tree: Path) -> str:
    text = (tree / "version.mak").read_text()
    parts = [
        re.search(rf"PJ_VERSION_{part}[ \t]*:=[ \t]*(\d*)", text)
        for part in ("MAJOR", "MINOR", "REV")
    ]
    return ".".join(found[1] for found in parts if found and found[1])


def _run(command: list[str], folder: Path, **variables: str) -> None:
    if not command[0].startswith("./") and shutil.which(command[0]) is None:
        raise Failed(f"{command[0]} is missing; `make setup` installs it")
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **variables}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )  # fmt: skip
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}:\n{_tail(done.stdout)}")


def _tail(text: str) -> str:
    return "\n".join(text.splitlines()[-15:])


def _say(text: str) -> None:
    print(f"  pjsua2 {time.monotonic() - STARTED:5.0f} s: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
