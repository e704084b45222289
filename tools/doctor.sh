#!/usr/bin/env bash
# Says what this machine lacks to build and run Sluice, and the cure. Changes nothing; needs no root.
#   tools/doctor.sh           a line for each check
#   tools/doctor.sh --quiet   only what is missing
# Exits 1 when something that is required is missing. Runs on bash 3, so also where nothing is installed yet.
set -u

root=$(cd "$(dirname "$0")/.." && pwd)
quiet=no
case "${1:-}" in
  "") ;;
  --quiet) quiet=yes ;;
  *)
    echo "usage: tools/doctor.sh [--quiet]" >&2
    exit 2
    ;;
esac

missing=0
found() { [ "$quiet" = yes ] || printf '  ok        %-9s %s\n' "$1" "$2"; }
absent() {
  missing=$((missing + 1))
  printf '  MISSING   %-9s %s\n            cure: %s\n' "$1" "$2" "$3" >&2
}
optional() { [ "$quiet" = yes ] || printf '  optional  %-9s %s\n            cure: %s\n' "$1" "$2" "$3"; }

# at_least HAVE WANT: compares major.minor.
at_least() {
  local have_major=${1%%.*} have_rest=${1#*.} want_major=${2%%.*} want_minor=${2#*.}
  local have_minor=${have_rest%%.*}
  have_minor=${have_minor%%[!0-9]*}
  [ "$have_major" -gt "$want_major" ] || { [ "$have_major" -eq "$want_major" ] && [ "${have_minor:-0}" -ge "$want_minor" ]; }
}

# check NAME WANT CURE COMMAND…: the first version number that COMMAND prints must be at least WANT.
check() {
  local name=$1 want=$2 cure=$3 version
  shift 3
  if ! command -v "$1" >/dev/null 2>&1; then
    absent "$name" "not found in PATH; version $want or newer is needed" "$cure"
    return
  fi
  version=$("$@" 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1)
  if [ -n "$version" ] && at_least "$version" "$want"; then
    found "$name" "$version"
  else
    absent "$name" "version ${version:-unknown}; $want or newer is needed" "$cure"
  fi
}

# Go keeps what it builds Kubernetes from in its own cache, which may be on another disk.
check_cache() {
  local cache free_kb need_kb=6000000
  ls "$root"/.sluice/bin/kubernetes-v* >/dev/null 2>&1 && return
  cache=$(go env GOCACHE 2>/dev/null) || return
  while [ ! -d "$cache" ]; do cache=$(dirname "$cache"); done
  free_kb=$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')
  if [ "${free_kb:-0}" -ge "$need_kb" ]; then
    found cache "$((free_kb / 1000)) MB free for Go's cache"
  else
    optional cache "$((free_kb / 1000)) MB free at $cache; the tests need $((need_kb / 1000)) MB once, to build Kubernetes" \
      "free some space, or set GOCACHE and GOMODCACHE to folders on a larger disk"
  fi
}

check_disk() {
  local free_kb need_kb=2000000
  [ -d "$root/node_modules" ] && need_kb=300000
  free_kb=$(df -Pk "$root" | awk 'NR == 2 { print $4 }')
  if [ "${free_kb:-0}" -ge "$need_kb" ]; then
    found disk "$((free_kb / 1000)) MB free"
  else
    absent disk "$((free_kb / 1000)) MB free at $root; $((need_kb / 1000)) MB are needed" "free some space, or clone to a larger disk"
  fi
}

# check_optional NAME USE CURE PROGRAM…: any of the programs will do; USE is what happens without.
check_optional() {
  local name=$1 use=$2 cure=$3 program
  shift 3
  for program in "$@"; do
    if command -v "$program" >/dev/null 2>&1; then
      found "$name" "$(command -v "$program")"
      return
    fi
  done
  optional "$name" "not found; $use" "$cure"
}

[ "$quiet" = yes ] || echo "Sluice needs:"
check git 2.20 "apt-get install git (Debian), or https://git-scm.com" git --version
check make 3.81 "apt-get install make (Debian), or the Xcode command line tools (macOS)" make --version
check node 20.0 "apt-get install nodejs (Debian 12's 18 is too old: take https://nodejs.org); Node 24 itself comes with npm ci" node --version
check npm 9.0 "apt-get install npm (Debian), or https://nodejs.org, which includes it" npm --version
check go 1.24 "https://go.dev/dl; put its bin folder in PATH. It builds the pinned nats-server, etcd and Kubernetes" go version
check_disk
check_cache
check_optional chromium "the tests of the pages will skip" "apt-get install chromium (Debian)" chromium chromium-browser google-chrome
check_optional promtool "the tests of alerts and dashboards will skip" "apt-get install prometheus (Debian)" promtool
check_optional containerd "make cluster and make e2e need it, and root" "apt-get install containerd buildah (Debian)" containerd

if [ "$missing" -gt 0 ]; then
  echo "$missing required thing(s) missing. Cure the lines above, then run the same command again." >&2
  exit 1
fi
[ "$quiet" = yes ] || echo "Everything required is here. Next: make demo"
