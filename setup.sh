#!/usr/bin/env bash
# Prepares this machine and .venv for Kept. `make run` and `make test` call it; a second run only checks.
#   ./setup.sh run     what the product needs
#   ./setup.sh headset that, and PyAudio for `kept headset` on an agent's own machine
#   ./setup.sh test    all that, and the tools of the test suite (SIPp, Kamailio, sox, espeak-ng, Chromium, fonts, PostgreSQL)
set -euo pipefail
cd "$(dirname "$0")"
purpose=${1:-run}
say() { printf '==> %s\n' "$*"; }
stop() { printf '\nsetup: %s\n' "$*" >&2; exit 1; }

case $(uname -s) in Linux) ;; *) stop "Kept runs on Linux (Debian 12 or newer, Ubuntu 24.04 or newer)." ;; esac
command -v apt-get >/dev/null || stop "this script installs through apt (Debian, Ubuntu). Elsewhere install the packages named in setup.sh by hand."

# ---- system packages ------------------------------------------------------------------------
build=(build-essential swig libssl-dev libsrtp2-dev libspeexdsp-dev libspeex-dev libopus-dev)
tools=(sip-tester kamailio openssl sox espeak-ng chromium fonts-noto-cjk postgresql pulseaudio pulseaudio-utils)
sound=(portaudio19-dev libasound2-plugins)  # PortAudio reaches PulseAudio and PipeWire through ALSA's plugin
python=${PYTHON:-python3}
needed=()
command -v "$python" >/dev/null || needed+=(python3)
"$python" -c 'import venv, ensurepip' 2>/dev/null || needed+=(python3-venv)
header=$("$python" -c 'import os, sysconfig; print(os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null || true)
[ "$header" = True ] || needed+=(python3-dev)
needed+=("${build[@]}")
[ "$purpose" = run ] || needed+=("${sound[@]}")
[ "$purpose" = test ] && needed+=("${tools[@]}")
. /etc/os-release
if [ "${ID:-}" = ubuntu ]; then needed=("${needed[@]/#chromium/chromium-browser}"); fi
missing=()
for package in "${needed[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    root=()
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then root=(sudo)
        else stop "these system packages are missing and need root:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}
Run that, then run make again."; fi
    fi
    say "installing system packages: ${missing[*]}"
    "${root[@]}" apt-get -qq update || say "apt-get update failed; going on with the lists at hand"
    # PostgreSQL's package would start a server of its own; the tests start theirs.
    # So would Kamailio's, on the SIP port: it is switched off where this script installed it.
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" >/dev/null || stop "apt-get could not install: ${missing[*]}"
    if [[ " ${missing[*]} " == *" kamailio "* ]] && [ -d /run/systemd/system ]; then
        "${root[@]}" systemctl disable --quiet --now kamailio || say "kamailio may be running: systemctl disable --now kamailio"
    fi
fi

# ---- Python environment ---------------------------------------------------------------------
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python 3.11 or newer is needed; $("$python" --version) found. Set PYTHON=/path/to/python3.11."
lock=requirements.lock; [ "$purpose" = test ] && lock=requirements-dev.lock
stamp=.venv/kept-$purpose-$(cat setup.sh pyproject.toml "$lock" telephony/pjsua2_build/*.* | sha256sum | cut -c1-16)
if [ -e "$stamp" ] && [ -z "${PJPROJECT_SRC:-}" ]; then
    say "ready: .venv is up to date"
    exit 0
fi
[ -x .venv/bin/python ] || { say "making the Python environment .venv ($("$python" --version))"; "$python" -m venv .venv; }
# The lock file is the only authority: a constraints file of this machine must not argue with it.
install() { PIP_CONSTRAINT='' PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install -qq "$@"; }
say "pjsua2: looking for a built wheel (built once per user, about two minutes)"
built=$(mktemp); trap 'rm -f "$built"' EXIT
.venv/bin/python -m telephony.pjsua2_build >"$built" & building=$!
say "installing Python packages from $lock, each checked against its hash"
install --require-hashes -r "$lock" || { kill "$building" 2>/dev/null; stop "pip could not install $lock, see above."; }
if [ "$purpose" = headset ]; then
    only=$(mktemp); awk '/^[a-z]/ {p = /^pyaudio==/} p' requirements-dev.lock >"$only"
    install --require-hashes --no-deps -r "$only" || stop "pip could not build PyAudio, see above."
    rm "$only"
fi
wait "$building" || stop "see above. The rest of Kept is installed; run make again when it is mended."
install --no-deps --no-index --force-reinstall "$(cat "$built")"
say "installing Kept itself"
install --no-deps --no-build-isolation --no-index -e .
rm -f .venv/kept-"$purpose"-*
touch "$stamp"
[ "$purpose" = run ] || touch ".venv/kept-run-$(cat setup.sh pyproject.toml requirements.lock telephony/pjsua2_build/*.* | sha256sum | cut -c1-16)"
say "ready"
