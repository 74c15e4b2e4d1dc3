#!/usr/bin/python3
"""One rule about time: intervals, deadlines, limits and ages are counted on the steady clock
(controller/clock, std::chrono::steady_clock, time.monotonic). The wall clock, which is set back and
forth while a program runs, is for records that people read, in the places that ALLOWED names.

Prints one line a fault, "file:line: why". Run by CTest through clocks_test.py; by hand:
tests/house/clocks.py
"""
import collections
import re
import sys

from source_tree import whole_tree, without_comments_and_texts

# Looks at the wall clock in C++, also where a wait of absl counts on it.
_CPP = re.compile(
    r"absl::Now\b|\bsystem_clock\b|\bCLOCK_REALTIME\b|\bgettimeofday\b"
    r"|(?<![.>])\btime\((nullptr|NULL|0)\)"
    r"|\b\w*(AwaitWith|WaitWith|LockWhenWith|WaitForNotificationWith)(Timeout|Deadline)\b"
)
_PYTHON = re.compile(r"\btime\.time(_ns)?\(|\bdatetime\.(now|utcnow|today)\(")

# Where the wall clock is looked at, how often, and what for.
ALLOWED = {
    "agents/training/event_file.cc": (1, "the stamp of an event, as TensorBoard shows it"),
    "controller/adapters/osken/rhumb_osken/app.py": (3, "log lines that other machines' match"),
    "controller/adapters/osken/rhumb_osken/counters.py": (1, "where the stamps of telemetry begin"),
    "controller/adapters/osken/rhumb_osken/installer.py": (1, "a log line"),
    "controller/adapters/rhumb_client/examples/minimal_adapter.py": (1, "where stamps begin"),
    "controller/cli/ctl/question_commands.cc": (3, "how long ago a record was made"),
    "controller/cli/ctl/setting_commands.cc": (1, "how long until a time that the server told"),
    "controller/clock/clocks.h": (1, "the wall clock itself"),
    "controller/live_network/live_player.cc": (1, "where the stamps of telemetry begin"),
    "controller/serving/store/sqlite_store.cc": (1, "the name of a file that is put aside"),
    "controller/steering/store/epoch.cc": (1, "the name of an epoch"),
}

# Tests, benchmarks and programs that try the compiler wait on their own account, late at worst.
_EXEMPT = ("tests/", "cmake/")


def looks_at_the_wall_clock(path, text):
    """Lines of a file that do, from 1."""
    if path.endswith(".py"):
        pattern, text = _PYTHON, re.sub(r"#[^\n]*", "", text)
    else:
        pattern, text = _CPP, without_comments_and_texts(text)
    return [text.count("\n", 0, match.start()) + 1 for match in pattern.finditer(text)]


def check_clocks(tree, allowed=None):
    allowed = ALLOWED if allowed is None else allowed
    faults, found = [], collections.Counter()
    for path in tree.paths(".h", ".cc", ".py"):
        if path.startswith(_EXEMPT):
            continue
        lines = looks_at_the_wall_clock(path, tree.text(path))
        found[path] = len(lines)
        times, reason = allowed.get(path, (0, ""))
        if len(lines) <= times:
            continue
        why = f"{times} times, for {reason}" if reason else "nowhere"
        faults += [
            f"{path}:{line}: the wall clock; count time on the steady one (controller/clock), or"
            f" name the record that it is for in tests/house/clocks.py (allowed here: {why})"
            for line in lines
        ]
    for path, (times, _) in allowed.items():
        if found[path] < times:
            faults.append(
                f"{path}: looks at the wall clock {found[path]} times, not {times}; say so in"
                " tests/house/clocks.py"
            )
    return faults


def main():
    faults = check_clocks(whole_tree())
    print("\n".join(faults) or "clocks: the wall clock is for records alone")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
