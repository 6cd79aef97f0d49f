"""The refusals of the embedded PostgreSQL; each docstring is the sentence that a person reads."""

from __future__ import annotations

from inspect import cleandoc


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot do this."""

    def __init__(self, detail: str = "") -> None:
        sentence = cleandoc(self.__doc__ or "").replace("\n", " ")
        super().__init__(f"{sentence} {detail}".strip())


class FolderInUse(EmbeddedPostgresError):
    """Another diary is already running on this folder."""


class FolderUnusable(EmbeddedPostgresError):
    """The database folder cannot be used by this account: it belongs to another one or its disk cannot keep owners."""


class WrongServerVersion(EmbeddedPostgresError):
    """This database folder was made by another major version of PostgreSQL: start the diary release that made it,
    dump the database, and restore it with this release."""


class NoServerBinaries(EmbeddedPostgresError):
    """This installation holds no PostgreSQL that runs on this machine: set DIARY_DATABASE_URL to a server of your
    own."""


class CannotDropPrivileges(EmbeddedPostgresError):
    """PostgreSQL refuses to run as root, and this root may not act as another account: start the diary as an ordinary
    user, or set DIARY_DATABASE_URL to a server of your own."""


class SocketFolderNotOurs(EmbeddedPostgresError):
    """The folder for the database socket belongs to somebody else or is open to others: remove it and start again."""


class ClusterNotMade(EmbeddedPostgresError):
    """The new database could not be made."""


class ServerDidNotStart(EmbeddedPostgresError):
    """PostgreSQL did not start."""


class ServerWillNotStop(EmbeddedPostgresError):
    """PostgreSQL was told to stop and did not."""
