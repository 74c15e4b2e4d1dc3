"""Starts `rhumb serve-sim` for programs that do not want to do it themselves."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

_START_LIMIT_S = 60


def find_program():
    """$RHUMB_PROGRAM, else `rhumb` on the PATH, else that of a build tree this package lies
    beside."""
    named = os.environ.get("RHUMB_PROGRAM")
    if named:
        return named
    found = shutil.which("rhumb")
    if found:
        return found
    built = pathlib.Path(__file__).resolve().parents[3] / "build" / "release" / "bin" / "rhumb"
    if built.exists():
        return str(built)
    raise FileNotFoundError(
        "no program rhumb: put it on the PATH, set RHUMB_PROGRAM, or give the address of a running "
        "`rhumb serve-sim`"
    )


class SimulationProcess:
    """A `rhumb serve-sim` of one's own on a free port of this machine. It ends with this program,
    however that ends.

    `flags` are further options of serve-sim, such as "--workers", "4". `log` is where its stderr
    goes: None for this program's, or a file.
    """

    def __init__(self, *flags, program=None, log=None):
        self._process = None
        directory = tempfile.mkdtemp(prefix="rhumb-gym-")
        try:
            port_file = os.path.join(directory, "port")
            # The pipe stays open as long as this program lives, whatever becomes of it.
            self._process = subprocess.Popen(
                [
                    program or find_program(),
                    "serve-sim",
                    "--listen",
                    "127.0.0.1:0",
                    "--port-file",
                    port_file,
                    "--until-stdin-closes",
                    *flags,
                ],
                stdin=subprocess.PIPE,
                stderr=log,
            )
            self.address = f"127.0.0.1:{self._wait_for_port(port_file)}"
        except BaseException:
            self.close()
            raise
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _wait_for_port(self, path):
        end = time.monotonic() + _START_LIMIT_S
        while not os.path.exists(path):
            if self._process.poll() is not None:
                raise RuntimeError(
                    f"rhumb serve-sim ended with exit code {self._process.returncode} before it"
                    " served; its own words stand above, on stderr"
                )
            if time.monotonic() > end:
                raise TimeoutError(f"rhumb serve-sim did not serve within {_START_LIMIT_S} s")
            time.sleep(0.01)
        return int(pathlib.Path(path).read_text(encoding="ascii"))

    @property
    def pid(self):
        return self._process.pid

    def close(self):
        """Stops the server. Calls that still run are given some seconds."""
        if self._process is None:
            return
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
        return False

    def __del__(self):
        self.close()
