"""The program at the other end of a real ssh connection."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.end_to_end.test_application import command
from tests.end_to_end.test_leaving import cooked, soon

PRIVILEGE_SEPARATION = Path("/run/sshd")
"""The folder that a server running as root needs to confine its children."""

CONFIGURATION = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
PrintLastLog no
"""

AND_BACK = """
stty -g > {folder}/found
LANG=C.UTF-8 {command}
status=$?
stty -g > {folder}/left
exit $status
"""


def account() -> str:
    """Return the name of the user who runs the test, if that user can log in."""
    import pwd  # not on Windows

    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        pytest.skip("the user who runs the tests has no account")
    if Path(entry.pw_shell).name in ("nologin", "false"):
        pytest.skip("the user who runs the tests can't log in")
    return entry.pw_name


def terminals_are_for_all() -> bool:
    """Return whether sshd runs as root, or can leave the group of a new terminal as it is."""
    import grp  # not on Windows

    if os.geteuid() == 0:
        return True
    try:
        wanted = grp.getgrnam("tty").gr_gid
    except KeyError:
        return True
    ends = os.openpty()
    group = os.fstat(ends[1]).st_gid
    for end in ends:
        os.close(end)
    return group == wanted


@pytest.fixture
def login(tmp_path: Path) -> Iterator[list[str]]:
    """Start an ssh server, and yield the command that logs in as the user who runs the test."""
    if not hasattr(os, "openpty"):
        pytest.skip("there are no pseudo-terminals here")
    programs = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin"
    sshd, ssh, keygen = (
        shutil.which(name, path=programs) for name in ("sshd", "ssh", "ssh-keygen")
    )
    if sshd is None or ssh is None or keygen is None:
        pytest.skip("openssh-server and openssh-client are not installed")
    if os.geteuid() == 0 and not PRIVILEGE_SEPARATION.is_dir():
        pytest.skip(f"there is no {PRIVILEGE_SEPARATION}, without which sshd won't run as root")
    user = account()
    if not terminals_are_for_all():
        pytest.skip("here no sshd but root's can make terminals")
    for key in ("host", "user"):
        command = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / key)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = tmp_path / "sshd_config"
    configuration.write_text(CONFIGURATION.format(port=port, folder=tmp_path))
    known = (tmp_path / "host.pub").read_text()
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{port} {known}")
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        server = subprocess.Popen([sshd, "-D", "-e", "-f", str(configuration)], stderr=stderr)
    try:
        deadline = time.monotonic() + 10
        while "Server listening" not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield [
            *(ssh, "-F", "none", "-tt", "-p", str(port), "-i", str(tmp_path / "user")),
            *("-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes"),
            *("-o", f"UserKnownHostsFile={tmp_path}/known_hosts", "-o", "LogLevel=ERROR"),
            f"{user}@127.0.0.1",
        ]
    finally:
        server.terminate()
        server.wait()


@pytest.mark.thorough
def test_it_works_over_ssh_and_restores_both_terminals(login: list[str], tmp_path: Path) -> None:
    script = AND_BACK.format(folder=shlex.quote(str(tmp_path)), command=shlex.quote(command()))
    with Terminal.start([*login, script], 80, 24) as terminal:
        found = cooked(terminal)
        terminal.wait_for("ready")
        terminal.wait_for("slope               5.00")
        terminal.type("++ ")
        terminal.wait_for("converged")
        terminal.wait_for("30 of 30")
        terminal.wait_for("slope              88.89")
        terminal.resize(120, 40)
        terminal.wait_for("4 Sweep over batch sizes")
        terminal.type("q")
        assert terminal.wait_exit() == 0
        assert cooked(terminal) == found
    assert (tmp_path / "left").read_text() == (tmp_path / "found").read_text() != ""


@pytest.mark.thorough
def test_it_leaves_when_the_connection_is_lost(login: list[str], tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = f"echo $$ > {shlex.quote(str(pid_file))}; LANG=C.UTF-8 exec {shlex.quote(command())}"
    with Terminal.start([*login, script], 80, 24) as terminal:
        terminal.wait_for("ready")
        terminal.process.kill()
        program = Path(f"/proc/{pid_file.read_text().strip()}")
        assert soon(lambda: not program.exists())
