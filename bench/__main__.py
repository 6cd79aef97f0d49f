"""Benchmarks: `python -m bench NAME`, or all of them. The last line of each is its result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from bench import append, openings
from bench.result import AnyResult

BENCHMARKS: Mapping[str, Callable[[], AnyResult]] = {"append": append.run, "openings": openings.run}


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, everything where nothing is. Return 2 for what there is not."""
    wanted = list(BENCHMARKS) if list(arguments) in ([], ["all"]) else list(arguments)
    unknown = [name for name in wanted if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    for name in wanted:
        print(BENCHMARKS[name]().line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
