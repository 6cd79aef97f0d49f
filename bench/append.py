"""Appends a second, eight threads at once: our event store against the library's stock recorder.

Both write two events into a new stream, to the same server, with the server's own care for the disk (fsync). Ours also
wins a claim, rests on a guard and chains the hashes, in the same transaction.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from adapters.ids import new_id
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.migrate import migrate
from adapters.postgres.pool import connect
from adapters.postgres.recorder import PracticeRecorder
from adapters.vault import Vault
from application.claims import Claim, ClaimKind
from application.practice import Alongside
from bench.result import Result

THREADS = 8
ROUNDS = 5
TURNS = 4
TURN_SECONDS = 0.25
WANTED_RATIO = 2.0
THERAPISTS = [UUID(int=n) for n in range(1, 21)]
FIRST_DAY = datetime(2030, 1, 1, tzinfo=UTC)
SESSION_LENGTH = timedelta(minutes=50)
GAP = timedelta(minutes=10)
ONE_EVENT_BYTES = 700

Append = Callable[[], object]


def run() -> Result:
    """Measure both in turn, and take the median of the rounds."""
    with tempfile.TemporaryDirectory(prefix="diary-bench-") as folder, EmbeddedPostgres(Path(folder)) as server:
        migrate(server.conninfo(), ())
        ours, stock = _ours(server.conninfo()), _stock(server.conninfo("postgres"))
        _round(ours, stock)  # so that no round pays for beginning
        rates = [_round(ours, stock) for _ in range(ROUNDS)]
    for number, (of_ours, of_stock) in enumerate(rates, start=1):
        print(f"round {number}: ours {of_ours:.0f}, stock {of_stock:.0f} appends/s")
    return Result("append", median(o for o, _ in rates), median(s for _, s in rates), WANTED_RATIO)


def _round(ours: Append, stock: Append) -> tuple[float, float]:
    """Let both append in short turns, so that whatever else the machine does meets both alike."""
    turns = [(_made(ours), _made(stock)) for _ in range(TURNS)]
    seconds = TURNS * TURN_SECONDS
    return sum(made for made, _ in turns) / seconds, sum(made for _, made in turns) / seconds


def _made(append: Append) -> float:
    """Append from every thread for a turn; return how many appends were made in its time."""
    started_at = time.monotonic()

    def write(_: int) -> int:
        made = 0
        while time.monotonic() < started_at + TURN_SECONDS:
            append()
            made += 1
        return made

    with ThreadPoolExecutor(THREADS) as threads:
        made = sum(threads.map(write, range(THREADS)))
    return made * TURN_SECONDS / (time.monotonic() - started_at)


def _events(stream_id: UUID, command_id: UUID) -> list[StoredEvent]:
    padding = "x" * ONE_EVENT_BYTES
    state = f'{{"shape":0,"data":{{"padding":"{padding}"}},"meta":{{"command_id":"{command_id}"}}}}'.encode()
    return [StoredEvent(stream_id, version, "session.booked", state) for version in (1, 2)]


def _ours(conninfo: str) -> Append:
    recorder = PracticeRecorder(connect(conninfo, pool_size=THREADS), vault=Vault(b"k" * 32))

    numbers = count()

    def append() -> object:
        number = next(numbers)
        session_id, command_id, therapist_id = new_id(), new_id(), THERAPISTS[number % len(THERAPISTS)]
        starts_at = FIRST_DAY + timedelta(hours=number // len(THERAPISTS))
        claim = Claim(
            claim_id=new_id(),
            therapist_id=therapist_id,
            starts_at=starts_at,
            therapist_until=starts_at + SESSION_LENGTH + GAP,
            client_id=new_id(),
            client_until=starts_at + SESSION_LENGTH,
            kind=ClaimKind.SESSION,
            session_id=session_id,
        )
        return recorder.insert_events(
            _events(session_id, command_id), alongside=_alongside(command_id, therapist_id, claim)
        )

    _make_guards(recorder)
    return append


def _alongside(command_id: UUID, therapist_id: UUID, claim: Claim) -> Alongside:
    return Alongside(
        request=None,
        command_id=command_id,
        recorded_at=FIRST_DAY,
        rests_on={therapist_id: 1},
        raises={},
        takes=[claim],
        releases=[],
        sealed=[],
    )


def _make_guards(recorder: PracticeRecorder) -> None:
    """Let every therapist have changed their diary once: the guard then is a row, which a booking locks."""
    for therapist_id in THERAPISTS:
        command_id = new_id()
        raises = Alongside(
            request=None,
            command_id=command_id,
            recorded_at=FIRST_DAY,
            rests_on={},
            raises={therapist_id: 0},
            takes=[],
            releases=[],
            sealed=[],
        )
        recorder.insert_events(_events(new_id(), command_id), alongside=raises)


def _stock(conninfo: str) -> Append:
    given = conninfo_to_dict(conninfo)
    datastore = PostgresDatastore(
        dbname=str(given["dbname"]),
        host=str(given["host"]),
        port=str(given["port"]),
        user=str(given["user"]),
        password="",
        pool_size=THREADS,
    )
    recorder = PostgresApplicationRecorder(datastore)
    recorder.create_table()
    return lambda: recorder.insert_events(_events(new_id(), new_id()))
