#!/usr/bin/env bash
# Set up what is missing, and nothing twice: system libraries, .venv with the locked packages, the paifang command, the web console.
#   setup.sh            what runs Paifang
#   setup.sh browser    and what the tests look at its pages with
set -euo pipefail
cd "$(dirname "$0")/.."

find_python() {
  local candidate
  for candidate in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "setup: Python 3.11 or newer is needed; on Debian 12: apt-get install python3" >&2
  exit 1
}

install_packages() {
  local missing=("$@")
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "setup: missing: ${missing[*]}. Ask the machine's owner for: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  echo "setup: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

missing=()
python=$(find_python)
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
"$python" -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("zbar") is None)' || missing+=(libzbar0)
if [ "${1:-}" = browser ]; then
  command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
  fc-list ':lang=zh' 2>/dev/null | grep -q . || missing+=(fontconfig fonts-wqy-microhei)
fi
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"

packages() {
  local stamp=.venv/.locked wanted
  wanted=$(cat requirements-dev.txt pyproject.toml | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && [ -x .venv/bin/paifang ]; then
    return
  fi
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  echo "setup: installing the locked packages into .venv (once; a minute or two)"
  .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip -q
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$wanted" >"$stamp"
  echo "setup: done"
}

packages
scripts/console.sh build
