"""Renders, trains, films, scores and publishes the embedded pair: `python -m training.train_all`.

Interrupt it at any time; the same command goes on from there. Work is kept in .sluice/train.
"""

import argparse
import os
import shutil

from . import settings as options
from .stages import STAGES


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny run of every stage, into .sluice/train-quick")
    parser.add_argument("--only", choices=STAGES, action="append", help="just this stage (may be given again)")
    parser.add_argument("--fresh", action="store_true", help="forget earlier work first")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes for rendering (default: one a core)"
    )
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    settings = options.quick() if arguments.quick else options.full()
    if arguments.fresh:
        for name in ("pictures", "checkpoints", "onnx", "clips"):
            shutil.rmtree(settings.work / name, ignore_errors=True)
    settings.work.mkdir(parents=True, exist_ok=True)
    for name in arguments.only or STAGES:
        print(f"== {name}", flush=True)
        STAGES[name](settings, arguments.workers)


if __name__ == "__main__":
    main()
