"""Runs the commands of one document as a reader would: one after the other, in a directory that
looks like the root of the tree and is thrown away."""
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from typing import Tuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RHUMB_BUILD", ROOT / "build/release"))
_COPIED = ("proto", "controller")
NETWORK = (
    "rhumb simulate-network --topology abilene --traffic abilene-2004 --load 3 --intervals 0:24"
)
LIMIT_S = 300  # of any command and any wait; only a failing test comes near


@dataclasses.dataclass
class Rule:
    """What is done to commands that match, so that they fit into a test. The first words are
    looked at as they stand in the document."""

    pattern: str
    reason: str
    # Options that take the place of those in the command, or are added.
    options: Tuple[str, ...] = ()
    # What goes behind all options; may name variables of the environment.
    append: str = ""
    # A controller is started first, unless the document did; and a network that it steered a while.
    needs_server: bool = False
    needs_network: bool = False
    # The command goes on until it is stopped, which must end it with success. It has begun when it
    # printed something.
    endless: bool = False
    # Not run at all, always or for anyone but root.
    skipped: bool = False
    needs_root: bool = False
    # Shown in several places: the first is run.
    once: bool = False
    used: bool = False
    done: bool = False


def with_options(command, options):
    """`command` with each "--name value" of `options` in the place of its own, or at its end."""
    # What a shell does with the command's output stays behind it.
    head, tail = re.match(r"(.*?)(\s*(?:[|>#].*|&\s*)?)$", command).groups()
    for option in options:
        name = option.split()[0]
        own = re.compile(rf"(?<=\s){re.escape(name)}(?:[ =](?!-)('[^']*'|\S+))?(?=\s|$)")
        if own.search(head):
            head = own.sub(lambda match: option, head, count=1)
        else:
            head += " " + option
    return head + tail


def rule_for(rules, command):
    for rule in rules:
        if re.search(rule.pattern, command):
            rule.used = True
            return rule
    return None


class CommandFailed(AssertionError):
    pass


class Session:
    """Owns the directory and the servers that were started; close() stops them."""

    def __init__(self, rules):
        self._rules = rules
        self._folder = tempfile.TemporaryDirectory(prefix="rhumb-readme-")
        self.directory = pathlib.Path(self._folder.name)
        for entry in ROOT.iterdir():
            if entry.name in _COPIED:
                # pip builds beside the sources.
                ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
                shutil.copytree(entry, self.directory / entry.name, ignore=ignored)
            elif entry.name not in ("build", "demo-results") and not entry.name.startswith("."):
                (self.directory / entry.name).symlink_to(entry)
        (self.directory / "tmp").mkdir()
        (self.directory / "build").mkdir()
        (self.directory / "build" / "release").symlink_to(BUILD)
        self._servers = []
        self._environment = {
            **os.environ,
            # Debian's Python, which knows Debian's packages.
            "PATH": f"{BUILD}/bin:/usr/bin:{os.environ['PATH']}",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
            # mpirun in a container, and more processes than processors.
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
        }

    def run(self, shown):
        """Returns what is to be said of a command that was left out, else None. CommandFailed when
        it does not do what a reader expects."""
        command = shown.text
        rule = rule_for(self._rules, command)
        if rule and rule.skipped:
            return f"{shown.where}: not run, {rule.reason}: {command}"
        if rule and rule.once and rule.done:
            return f"{shown.where}: run before: {command}"
        if rule:
            rule.done = True
        if rule and rule.needs_root and os.geteuid() != 0:
            return f"{shown.where}: not run without root, {rule.reason}: {command}"
        if rule and rule.needs_server and "RHUMB_SERVER" not in self._environment:
            self._serve(shown, "rhumb serve")
            if rule.needs_network:
                self._run_to_the_end(shown, NETWORK)
        for option in rule.options if rule else ():
            self._check_replaced(shown, option)
        command = with_options(command, rule.options if rule else ())
        if rule and rule.append:
            command += " " + rule.append
        # The live page is on a port of its own, too.
        command = command.replace("127.0.0.1:8433", self._environment.get("RHUMB_PAGE", "no page"))
        # Files that an example makes under /tmp go with the directory.
        command = re.sub(r"(?<![\w.])/tmp/", f"{self.directory}/tmp/", command)
        if command.startswith("export "):
            self._export(command)
        elif re.search(r"\brhumb serve(?!-sim)\b", command) and not re.search(
            r"--(check|print)-config", command
        ):
            self._serve(shown, command)
        elif re.search(r"\brhumb serve-sim\b", command):
            port_file = self.directory / "serve-sim.port"
            self._start(
                shown,
                with_options(command, ["--listen 127.0.0.1:0"]).rstrip("& ")
                + f" --port-file {port_file}",
            )
            self._await(shown, port_file)
        elif rule and rule.endless:
            self._run_endless(shown, command)
        else:
            self._run_to_the_end(shown, command)
        return None

    def close(self):
        """Stops the servers, latest first. CommandFailed when one does not drain and end well."""
        faults = []
        while self._servers:
            shown, server, log = self._servers.pop()
            server.send_signal(signal.SIGTERM)
            try:
                code = server.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                server.kill()
                code = server.wait()
            if code != 0:
                faults.append(f"{shown.where}: {shown.text}: ended with {code}\n{log.read_text()}")
        self._folder.cleanup()
        if faults:
            raise CommandFailed("\n".join(faults))

    def _check_replaced(self, shown, option):
        """A file that a shorter one takes the place of must be there all the same."""
        own = re.search(rf"{re.escape(option.split()[0])}[ =](\S+/\S+)", shown.text)
        if own and option.startswith("--config") and not (self.directory / own.group(1)).exists():
            raise CommandFailed(f"{shown.where}: {shown.text}: there is no {own.group(1)}")

    def _export(self, command):
        for setting in shlex.split(command)[1:]:
            name, _, value = setting.partition("=")
            self._environment[name] = os.path.expandvars(value)

    def _popen(self, command, out):
        return subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _run_to_the_end(self, shown, command):
        log = self.directory / "output"
        with open(log, "w") as out:
            running = self._popen("set -o pipefail; " + command, out)
            try:
                code = running.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
                code = f"no end within {LIMIT_S} s"
        if code != 0:
            raise CommandFailed(
                f"{shown.where}: {shown.text}\n(run as: {command})\nended with {code}:\n"
                + log.read_text()[-3000:]
            )

    def _start(self, shown, command):
        log = self.directory / f"server-{len(self._servers)}.log"
        with open(log, "w") as out:
            server = self._popen("exec " + command, out)
        self._servers.append((shown, server, log))

    def _serve(self, shown, command):
        """`rhumb serve` on a free port, which later commands find in the environment."""
        given = re.search(r"--config (\S+)", command)
        if given:
            text = (self.directory / given.group(1)).read_text()
        else:
            text = subprocess.run(
                [BUILD / "bin/rhumb", "serve", "--print-config"],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        ports = self.directory / "serve.ports"
        # Everything that listens, metrics too, on free ports.
        text = re.sub(r"(?m)^listen = ['\"].+['\"]", 'listen = "127.0.0.1:0"', text)
        text = re.sub(r"(?m)^ports_file = ['\"].*['\"]", f'ports_file = "{ports}"', text)
        config = self.directory / "serve.toml"
        config.write_text(text)
        ports.unlink(missing_ok=True)
        plain = re.sub(r"\s--config \S+", "", command).rstrip("& ")
        self._start(shown, f"{plain} --config {config}")
        self._await(shown, ports)
        port = re.search(r"(?m)^grpc (\d+)", ports.read_text()).group(1)
        self._environment["RHUMB_SERVER"] = f"127.0.0.1:{port}"
        page = re.search(r"(?m)^http (\d+)", ports.read_text())
        if page:
            self._environment["RHUMB_PAGE"] = f"127.0.0.1:{page.group(1)}"

    def _await(self, shown, path):
        """Until the server has written its port and takes connections there."""
        server, log = self._servers[-1][1:]
        end = time.monotonic() + LIMIT_S
        while not (path.exists() and path.read_text().strip()):
            if server.poll() is not None or time.monotonic() > end:
                raise CommandFailed(f"{shown.where}: {shown.text}: no server:\n{log.read_text()}")
            time.sleep(0.02)
        port = int(re.search(r"\d+", path.read_text()).group())
        socket.create_connection(("127.0.0.1", port), LIMIT_S).close()

    def _run_endless(self, shown, command):
        """Until it has printed a line; then it is interrupted, as by Ctrl-C."""
        # jq holds back what it prints until its input ends.
        running = self._popen(re.sub(r"\|\s*jq\b.*", "", command), subprocess.PIPE)
        limit = threading.Timer(LIMIT_S, os.killpg, (running.pid, signal.SIGKILL))
        limit.start()
        with running.stdout:
            line = running.stdout.readline()
            os.killpg(running.pid, signal.SIGINT)
            rest = running.stdout.read()
        code = running.wait()
        limit.cancel()
        if not line or code not in (0, 130, -signal.SIGINT):
            raise CommandFailed(
                f"{shown.where}: {shown.text}: ended with {code}:\n{(line + rest).decode()}"
            )
