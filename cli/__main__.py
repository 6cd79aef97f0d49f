"""`python -m cli` is `diary`."""

from cli.main import run

run()
