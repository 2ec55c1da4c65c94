"""A PostgreSQL server with PostGIS for tests: a cluster of its own, gone when they are done.

`initdb` refuses root, so as root it runs as another user. Where the programs are not installed the
tests are skipped with the reason, unless REDLINE_REQUIRE_POSTGIS is set (as `.ci/run` does).
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

USERS = ("postgres", "nobody")
"""Who runs the server where the tests run as root."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, on the loopback address and on a socket."""

    port: int
    sockets: Path

    def url(self, database: str = "postgres", password: str = "") -> str:
        who = f"redline:{password}" if password else "redline"
        return f"postgresql://{who}@127.0.0.1:{self.port}/{database}"

    @property
    def socket_url(self) -> str:
        return f"postgresql:///postgres?host={self.sockets}&port={self.port}&user=redline"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, of the newest version that there is."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def server() -> Iterator[Server]:
    """A running server; skips the test where there can be none."""
    folder = programs()
    if folder is None:
        cannot("PostgreSQL (initdb) is not installed")
    home = Path(tempfile.mkdtemp(prefix="redline-pg-"))
    user = next((u for u in USERS if known(u)), None) if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(home, user, pwd.getpwnam(user).pw_gid)
    one = Server(free_port(), home)
    log = home / "log"

    def run(program: str, *arguments: str) -> None:
        who = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        command = [str(folder / program), *arguments]
        done = subprocess.run(
            command, cwd=home, capture_output=True, text=True, check=False, timeout=120, **who
        )
        if done.returncode:
            more = log.read_text() if log.exists() else ""
            cannot(f"{program} failed: {(done.stderr or done.stdout).strip()[-300:]} {more[-300:]}")

    data = str(home / "data")
    try:
        run("initdb", "-D", data, "-U", "redline", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-c listen_addresses=127.0.0.1 -p {one.port} -k {home} -c fsync=off"
        run("pg_ctl", "-D", data, "-l", str(log), "-o", settings, "-w", "start")
        yield one
    finally:
        with suppress(Exception, pytest.skip.Exception):
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def known(user: str) -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(user))
    return False


def cannot(reason: str) -> None:
    """There can be no server."""
    if os.environ.get("REDLINE_REQUIRE_POSTGIS"):
        pytest.fail(f"PostGIS is required here, and cannot be started: {reason}")
    pytest.skip(f"no server with PostGIS can be started: {reason}")
