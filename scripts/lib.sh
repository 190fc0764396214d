# Shared by the four scripts: a virtual environment of the project's own, and system packages.
# Sourced, from the project's root, by bash with `set -eu`.

say() { printf '%s\n' "$*" >&2; }

# need COMMAND PACKAGE: install a Debian package when its command (or /path) is missing, or say so.
# What it brings is not started: a server of the package's own is none of our business.
need() {
  case "$1" in /*) [ -e "$1" ] && return 0 ;; *) command -v "$1" >/dev/null 2>&1 && return 0 ;; esac
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    [ -n "${APT_READ:-}" ] || { apt-get update -qq; APT_READ=yes; }
    unstarted env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "$2" >/dev/null
    systemctl disable -q "$2" 2>/dev/null || : # nor at the next start of the machine
  else
    say "missing: $2 (as root: apt-get install $2)"
    exit 1
  fi
}

# unstarted COMMAND...: run it while policy-rc.d, which Debian asks before it starts a service
# (invoke-rc.d(8)), says no. One that is there already is the machine's own, and is left alone.
unstarted() (
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || {
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  }
  "$@"
)

# environment LOCK: .venv holds what LOCK pins, and the project; installed again when it changed.
environment() {
  stamp=$(cat "$1" pyproject.toml | sha256sum)
  # A .venv that was moved, or whose Python is gone, fails to start and is made anew.
  if .venv/bin/python -c '' 2>/dev/null; then
    [ "$(cat ".venv/$1.sha256" 2>/dev/null)" = "$stamp" ] && return 0
  else
    rm -rf .venv
    make_venv
  fi
  say "installing into .venv (once) …"
  # pip, not uv: it asks the package index that its user has configured.
  pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install -q"
  $pip --require-hashes -r "$1"
  $pip --no-deps --no-build-isolation --no-index -e .
  printf '%s\n' "$stamp" >".venv/$1.sha256"
}

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; }

make_venv() {
  need python3 python3
  for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    fits "$python" && break
  done
  fits "$python" || {
    say "missing: Python 3.11, 3.12 or 3.13"
    exit 1
  }
  # Debian keeps ensurepip in a package of its own, one for each Python.
  "$python" -c 'import ensurepip' 2>/dev/null || need ensurepip \
    "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
  "$python" -m venv .venv
}
