"""What is sent wrongly is refused with a sentence that a person understands."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from adapters.ids import new_id
from api.schemas.currencies import CURRENCIES
from domain.model import Role
from tests.api.practice import Practice, a_booking, a_price, ok, refused
from tests.api.server import Api

MAIL = "This has to be a mail address, such as ada@example.org."
TIME = "A time of day is written like 09:00."
CAPITALS = "A currency is three capitals, such as GBP."
NOT_IN_USE = "This is not a currency in use (ISO 4217)."
ID = "This has to be an id (a UUID)."
OFFSET = "An instant needs its offset from UTC, such as 2026-12-21T12:00:00Z."
NO_JSON = "Send JSON, with Content-Type: application/json."


def details(response: httpx.Response) -> dict[str, str]:
    """Return what is said of each place."""
    assert refused(response) == (422, "validation-failed")
    return {field.get("pointer", field.get("parameter")): field["detail"] for field in response.json()["errors"]}


@pytest.mark.parametrize(
    "mail",
    [
        "ben",
        "ben@",
        "@example.org",
        "ben@example",
        "ben@@example.org",
        "ben@home@example.org",
        "ben@.org",
        "ben@example.",
        "ben@example..org",
        "be\x00n@example.org",
        "ben@exam\x07ple.org",
        "ben@example.o\x85rg",
        "ben brook@example.org",
        f"{'b' * 65}@example.org",
    ],
    ids=ascii,
)
def test_what_is_no_mail_address_is_refused(practice: Practice, mail: str) -> None:
    answer = practice.somebody(Role.CLIENT).post("/v1/clients", {"name": "Ben", "mail": mail, "zone": "Europe/Paris"})
    assert details(answer) == {"/mail": MAIL}


@pytest.mark.parametrize("mail", ["ben@example.org", " ben.brook+care@mail.example.co.uk ", "bén@exämple.org"])
def test_a_mail_address_is_taken_without_the_space_around_it(practice: Practice, mail: str) -> None:
    client = practice.somebody(Role.CLIENT)
    answer = client.post("/v1/clients", {"name": "Ben", "mail": mail, "zone": "Europe/Paris"})
    assert ok(answer)["mail"] == mail.strip()


@pytest.mark.parametrize(
    ("path", "body", "where", "sentence"),
    [
        ("prices", {"prices": [a_price(currency="pounds")]}, "/prices/0/currency", CAPITALS),
        ("prices", {"prices": [a_price(currency="GBP\n")]}, "/prices/0/currency", CAPITALS),
        ("prices", {"prices": [a_price(currency="ZZZ")]}, "/prices/0/currency", NOT_IN_USE),
        ("prices", {"prices": [a_price(currency="XAU")]}, "/prices/0/currency", NOT_IN_USE),
        ("prices", {"prices": [a_price(kind="crowd")]}, "/prices/0/kind", None),
        ("prices", {}, "/prices", "This field is needed."),
        ("prices", {"prices": [], "discount": 1}, "/discount", "There is no such field."),
        ("prices", [], "", "Send a JSON object."),
        ("dates/2199-01-01", {"hours": [{"from": "9:00"}]}, "/hours/0/from", TIME),
        ("dates/2199-01-01", {"hours": [{"until": "24:01"}]}, "/hours/0/until", TIME),
        ("dates/20300101", {"hours": []}, "day", "A day is written like 2030-01-07."),
        ("locations", {"locations": [{"location_id": "here"}]}, "/locations/0/location_id", ID),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_with_a_sentence(
    practice: Practice, path: str, body: Any, where: str, sentence: str | None
) -> None:
    therapist = practice.therapist()
    said = details(therapist.asks.put(f"{therapist.path}/{path}", body))
    assert said[where] == (sentence or said[where])
    assert [told for told in said.values() if "pattern" in told or "Value error" in told or "^" in told] == []


def test_a_country_a_name_and_a_card_setup_have_their_sentences(practice: Practice) -> None:
    joining = {"name": "Ada\x07Lake", "zone": "Europe/London", "country": "gb"}
    joined = practice.somebody(Role.THERAPIST).post("/v1/therapists", joining)
    client = practice.client()
    saved = client.post(f"/v1/clients/{client.id}/cards", {"setup_id": "4242 4242"})
    assert details(joined) == {
        "/name": "This has to be one line of text.",
        "/country": "A country is two capitals, such as GB.",
    }
    assert details(saved) == {"/setup_id": "This has to be the `setup_id` of a card setup."}


def test_an_instant_without_its_offset_is_refused_with_a_sentence(api: Api, practice: Practice) -> None:
    therapist, client = practice.therapist(), practice.client()
    answers = [
        client.post("/v1/sessions", a_booking(therapist, "2030-01-07T09:00:00")),
        api.http.get(f"{therapist.path}/openings?kind=individual&from=2030-01-07T09:00:00"),
        client.post("/v1/sessions", a_booking(therapist, "tomorrow")),
    ]
    assert [details(answer) for answer in answers] == [
        {"/starts_at": OFFSET},
        {"from": OFFSET},
        {"/starts_at": "An instant is written like 2030-01-07T09:00:00Z, with its offset from UTC."},
    ]


def test_a_body_that_is_missing_or_came_without_its_type_is_asked_for(practice: Practice) -> None:
    client = practice.somebody(Role.CLIENT)
    key = {"Idempotency-Key": new_id().hex}
    body = b'{"name": "Ben", "mail": "ben@example.org", "zone": "Europe/Paris"}'
    answers = [
        client.http.post("/v1/clients", headers=key),
        client.http.post("/v1/clients", headers=key, content=body),
        client.http.post("/v1/clients", headers=key | {"Content-Type": "text/plain"}, content=body),
        client.http.post("/v1/clients", headers=key, data={"name": "Ben"}),
    ]
    assert [details(answer) for answer in answers] == [{"": NO_JSON}] * 4


def test_the_currencies_are_codes_of_their_form() -> None:
    assert {code for code in CURRENCIES if not (len(code) == 3 and code.isalpha() and code.isupper())} == set()
    assert {"GBP", "EUR", "JPY", "KWD"} <= CURRENCIES
