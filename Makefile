# Each word sets itself up on a bare machine: python3 (3.11 or newer) with venv, git and make are all that is needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BENCH  ?= all
CHAPTER ?= all

.PHONY: help demo tour test check fmt bench faults lock clean

demo: $(READY)       ## one machine, sample people, sandbox payments, a clock you can set
	$(BIN)/diary demo

tour: $(READY)       ## play the story against the running demo and check every step
	$(BIN)/diary tour

test: check          ## every check, then every test
	$(BIN)/pytest -n 2 --dist worksteal

check: $(READY)      ## style, types, import directions, dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

fmt: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)      ## make bench BENCH=append for one
	$(BIN)/python -m bench $(BENCH)

faults: $(READY)     ## the long runs; make faults CHAPTER=claims for one
	$(BIN)/python -m tests.campaigns $(CHAPTER)

lock: $(READY)       ## write requirements.lock anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

help:                ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV): about a minute the first time."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
