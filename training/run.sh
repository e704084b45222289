#!/usr/bin/env bash
# Sets up the environment and trains; arguments go to training.train_all (--quick, --only STAGE, …).
set -euo pipefail
cd "$(dirname "$0")/.."
training/setup.sh
exec .sluice/train/venv/bin/python -m training.train_all "$@"
