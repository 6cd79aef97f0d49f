"""The processes of the diary's race: each has a service of its own and does what chance tells it until time is up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from uuid import UUID

from application.errors import Contended, TryLater
from domain.diary.picture import WhyNot
from domain.errors import ClientBusy, NotOpen, Refusal, SeriesClashes, SlotTaken
from projections.catalogue import VIEWS
from tests.campaigns.diary_clients import CLIENTS_DO, Act
from tests.campaigns.diary_therapists import THERAPISTS_DO
from tests.campaigns.diary_world import Player, World, a_player
from workers.follower import IDLE_SECONDS, Follower

READY_SECONDS = 60
REASON = "reason "
"""Before the reasons among what is counted."""


@dataclass(frozen=True, slots=True)
class Played:
    """How it went, by name, and what the answers to blocks listed, by the block."""

    counted: Counter[str]
    told: Mapping[UUID, frozenset[UUID]]


def race(world: World, *, clients: int, therapists: int, seconds: float) -> Played:
    """Let so many processes of each kind work on one diary, with a follower beside them. What breaks one is raised."""
    kinds = [partial(play, does=CLIENTS_DO)] * clients + [partial(play, does=THERAPISTS_DO)] * therapists
    context = get_context("spawn")
    line = context.Barrier(len(kinds) + 1)
    with ProcessPoolExecutor(len(kinds) + 1, mp_context=context, initializer=stand_ready, initargs=(line,)) as pool:
        following = pool.submit(follow, world, seconds=seconds)
        running = [pool.submit(kind, world, number, seconds=seconds) for number, kind in enumerate(kinds)]
        followed, played = following.result(), [one.result() for one in running]
    counted = sum((one.counted for one in played), Counter({"followed": followed}))
    return Played(counted, {block_id: told for one in played for block_id, told in one.told.items()})


def stand_ready(line: Barrier) -> None:
    """Wait until everybody has come: to import all this takes longer than many things that happen in a race."""
    line.wait(READY_SECONDS)


def play(world: World, number: int, *, does: Mapping[Act, int], seconds: float) -> Played:
    """Do one thing after another. Whatever is neither done nor refused ends it."""
    player, ends_at = a_player(world, number), time.monotonic() + seconds
    try:
        while time.monotonic() < ends_at:
            (act,) = player.chance.choices(list(does), weights=list(does.values()))
            player.counted[f"{act.__module__.rpartition('_')[2]}.{act.__name__} {_outcome(player, act)}"] += 1
    finally:
        player.service.close()
    return Played(player.counted, player.told)


def _outcome(player: Player, act: Act) -> str:
    """Return how it went: in the act's own word, or the name of the refusal. Its reasons are counted besides."""
    try:
        return act(player)
    except (Refusal, Contended, TryLater) as refusal:
        for reason in _reasons_of(refusal):
            player.counted[REASON + reason] += 1
        return type(refusal).__name__


def _reasons_of(refusal: Exception) -> list[str]:
    match refusal:
        case NotOpen():
            return [refusal.reason]
        case SlotTaken():
            return [WhyNot.OVERLAPS.value]
        case ClientBusy():
            return [WhyNot.CLIENT_BUSY.value]
        case SeriesClashes():
            return [clash.reason for clash in refusal.clashes]
        case _:
            return []


def follow(world: World, *, seconds: float) -> int:
    """Keep the views up to date meanwhile; return how many events were taken in, by all views together."""
    player, ends_at, taken_in = a_player(world, -1), time.monotonic() + seconds, 0
    follower = Follower(player.service, VIEWS)
    while time.monotonic() < ends_at:
        moved = follower.follow_once()
        taken_in += moved
        if not moved:
            time.sleep(IDLE_SECONDS)
    follower.close()
    player.service.close()
    return taken_in
