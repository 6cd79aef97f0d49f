"""The long runs: `python -m tests.campaigns CHAPTER`, or all of them. The last line of each has its figures.

Each run prints its seed; DIARY_SEED repeats one.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.campaigns import claims, claims_over_http, diary
from tests.campaigns.chapter import Figures

CHAPTERS: Mapping[str, Callable[[int], Figures]] = {
    "claims": claims.run,
    "claims-http": claims_over_http.run,
    "diary": diary.run,
}


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, everything where nothing is. Return 1 where something broke, 2 for what there is not."""
    wanted = list(CHAPTERS) if list(arguments) in ([], ["all"]) else list(arguments)
    unknown = [name for name in wanted if name not in CHAPTERS]
    if unknown:
        sys.stderr.write(f"There is no chapter {', '.join(unknown)}; there are {', '.join(CHAPTERS)}.\n")
        return 2
    seed = int(os.environ.get("DIARY_SEED") or secrets.randbelow(1 << 32))
    sys.stdout.write(f"seed {seed}\n")
    return max([_run(name, seed) for name in wanted])


def _run(name: str, seed: int) -> int:
    figures = CHAPTERS[name](seed)
    sys.stdout.write(figures.line(name) + "\n")
    sys.stdout.flush()
    return 0 if figures.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
