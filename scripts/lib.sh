# Shared by the four scripts: a virtual environment of the project's own, and system packages.
# Sourced, from the project's root, by bash with `set -eu`.

say() { printf '%s\n' "$*" >&2; }

# need COMMAND PACKAGE: install a Debian package when its command is missing, or say so.
need() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    [ -n "${APT_READ:-}" ] || { apt-get update -qq; APT_READ=yes; }
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
  else
    say "missing: $2 (as root: apt-get install $2)"
    exit 1
  fi
}

# environment LOCK: .venv holds exactly what LOCK pins, and the project; made again when it changed.
environment() {
  need python3 python3
  for python in python3.13 python3.12 python3.11 python3; do
    "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && break
  done
  "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || {
    say "missing: Python 3.11, 3.12 or 3.13"
    exit 1
  }
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need no-such-command python3-venv
  stamp=$(cat "$1" pyproject.toml | sha256sum | cut -c1-16)-$1
  grep -qsx "$stamp" .venv/installed && return 0
  say "installing into .venv (once) …"
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s\n' "$stamp" >>.venv/installed
}
