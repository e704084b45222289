#!/usr/bin/env bash
# Sets up the environment and runs the tests of the training.
set -euo pipefail
cd "$(dirname "$0")/.."
training/setup.sh
exec .sluice/train/venv/bin/python -m unittest discover -s training/tests -t . "$@"
