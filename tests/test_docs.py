"""The docs speak of what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.event_names import NAMES
from adapters.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)(?:#[^)]*)?\)")
SETTING = re.compile(r"\bDIARY_[A-Z_]+[A-Z]\b")
OF_THE_RUNS = {"DIARY_TEST_DATABASE_URL", "DIARY_SEED", "DIARY_BY"}


def links(page: Path) -> Iterator[str]:
    for target in LINK.findall(page.read_text("utf-8")):
        if "://" not in target:
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {f"DIARY_{name.upper()}" for name in Settings.model_fields} | OF_THE_RUNS

    assert set(SETTING.findall(page.read_text("utf-8"))) - known == set()


def test_every_event_stands_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")

    assert [event.__name__ for event in NAMES if not re.search(rf"\b{event.__name__}\b", page)] == []


def test_every_rule_that_a_test_is_named_after_stands_in_the_rules() -> None:
    tests = "\n".join(file.read_text("utf-8") for file in ROOT.glob("tests/**/test_*.py"))
    named = {number.upper() for number in re.findall(r"def test_([a-l]\d{1,2}b?)_", tests)}
    page = (ROOT / "docs" / "rules.md").read_text("utf-8")

    assert sorted(number for number in named if not re.search(rf"^#+ {number}\b|\*\*{number}\b", page, re.M)) == []


def test_nothing_names_the_host_of_a_registry() -> None:
    files = [ROOT / "requirements.lock", ROOT / "pyproject.toml", ROOT / "Makefile", ROOT / ".ci" / "run"]

    assert [file.name for file in files if re.search(r"https?://", file.read_text("utf-8"))] == []
