"""Child processes that end with us, whatever happens, and are ended by the ids that we started."""
import contextlib
import ctypes
import os
import signal
import subprocess
import threading
import time
from typing import Callable, List, Optional, Sequence

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(
    command: Sequence[str], namespace: Optional[str] = None, log: Optional[str] = None, **options
):
    """A child in a network namespace, its output in a file if given. Ctrl-C reaches only us: we end
    it."""
    if namespace:
        command = ["ip", "netns", "exec", namespace, *command]
    if log:
        options["stdout"] = open(log, "ab")
        options["stderr"] = subprocess.STDOUT
    process = subprocess.Popen(
        list(command), preexec_fn=_die_with_parent, start_new_session=True, **options
    )
    if log:
        options["stdout"].close()
    return process


def run(
    command: Sequence[str], namespace: Optional[str] = None, timeout_s: float = 180, **options
) -> str:
    """The output of a command that must succeed."""
    if namespace:
        command = ["ip", "netns", "exec", namespace, *command]
    done = subprocess.run(
        list(command), capture_output=True, text=True, timeout=timeout_s, **options
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command)} failed with {done.returncode}: {done.stderr.strip()}"
        )
    return done.stdout


def stop(
    process: Optional[subprocess.Popen], sign: int = signal.SIGTERM, patience_s: float = 10
) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(sign)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_all(processes: List[subprocess.Popen]) -> None:
    for process in reversed(processes):
        stop(process)
    processes.clear()


@contextlib.contextmanager
def uninterrupted():
    """A second Ctrl-C must not leave behind what the first one is taking down."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def wait_for(
    condition: Callable[[], object], what: str, timeout_s: float = 180, every_s: float = 0.05
):
    """The first value of `condition` that is not false. Fails with what it waited for."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(every_s)


def remove_leftover_namespaces(prefix: str) -> None:
    """Namespaces are named PREFIX-PID-...: those of processes that are gone."""
    for line in run(["ip", "netns", "list"]).splitlines():
        name = line.split()[0]
        parts = name.split("-")
        if parts[0] == prefix and parts[1].isdigit() and not os.path.exists(f"/proc/{parts[1]}"):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
