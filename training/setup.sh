#!/usr/bin/env bash
# Makes the Python environment of the training in .sluice/train/venv. Safe to run twice; never needs root.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.sluice/train/venv
stamp=$venv/.requirements.sha256
wanted=$(cat training/requirements*.txt training/setup.sh | sha256sum)
if [[ -f $stamp && $(cat "$stamp") == "$wanted" ]]; then
  exit 0
fi

fail() {
  printf 'training/setup.sh: %s\n' "$1" >&2
  exit 1
}

if [[ -x /usr/bin/python3 ]] && /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  python=/usr/bin/python3
  options=(--system-site-packages)
  torch=()
else
  python=$(command -v python3) || fail 'python3 is missing. Cure: install Python 3.10 to 3.12 (Debian: apt-get install python3 python3-venv).'
  "$python" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
    || fail "$python is $("$python" --version); the pinned wheels need 3.10 to 3.12. Cure: put one of these first in PATH."
  options=()
  torch=(-r training/requirements-torch.txt)
  echo 'No system torch; taking the wheel, a large download. (Debian: apt-get install --no-install-recommends python3-torch avoids it.)'
fi

"$python" -c 'import ensurepip' 2>/dev/null \
  || fail "$python has no venv module. Cure: apt-get install python3-venv (Debian), then run this again."

rm -rf "$venv"
mkdir -p "$(dirname "$venv")"
"$python" -m venv "${options[@]}" "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r training/requirements.txt "${torch[@]}" \
  || fail 'pip could not install the packages. Cure: check the network or the package index that pip is set to, then run this again.'
echo "$wanted" >"$stamp"
echo "Training environment ready: $venv"
