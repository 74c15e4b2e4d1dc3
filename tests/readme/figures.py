#!/usr/bin/python3
"""Writes the figures of documents from runs, so that they cannot go stale.

    scripts/readme-figures            runs the commands and rewrites the blocks
    scripts/readme-figures --check    says which blocks a run contradicts, and ends with 1 if any is

A block stands between two marks, the first of which holds its command:

    <!-- figures of: rhumb replay --topology abilene --traffic abilene-2004 -->
    <!-- end of figures -->

What is between them is the command and what it printed, without the column of decision times: those
depend on the machine, stand in RESULTS.md with their conditions, and are asserted by no test. All
other figures of a replay are the same in every run.
"""
import argparse
import dataclasses
import difflib
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RHUMB = os.environ.get("RHUMB_PROGRAM", str(ROOT / "build/release/bin/rhumb"))

BEGIN = re.compile(r"^<!-- figures of: (.+) -->$")
END = "<!-- end of figures -->"
_TIMES = re.compile(r"\s+decision$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TIME = re.compile(r"\s+[\d.,]+ (?:µs|ms|s)\*?$")


@dataclasses.dataclass
class Block:
    command: str
    line: int  # of the opening mark, from 1
    text: str


def without_times(printed):
    """Output of a replay without the last column of the table that ends with "decision"."""
    lines, within = [], False
    for line in map(str.rstrip, printed.rstrip("\n").split("\n")):
        if _TIMES.search(line):
            line, within = _TIMES.sub("", line), True
        elif not line.strip():
            within = False
        elif within:
            line = _TIME.sub("", line)
        lines.append(line)
    return "\n".join(lines)


def block_text(command, printed):
    """The block as it stands in a document: a code block of the command and what it said."""
    lines = [command, ""] + without_times(printed).split("\n")
    return "\n".join(f"    {line}".rstrip() for line in lines)


def alike(one, other, within=0.0):
    """Whether two blocks say the same, with every number within a part of the other's. A build that
    rounds otherwise, as one for a sanitizer, comes to other last digits."""
    if not within:
        return one == other
    if re.sub(r"\s+", " ", _NUMBER.sub("#", one)) != re.sub(r"\s+", " ", _NUMBER.sub("#", other)):
        return False
    pairs = zip(map(float, _NUMBER.findall(one)), map(float, _NUMBER.findall(other)))
    return all(abs(a - b) <= within * max(abs(a), abs(b)) for a, b in pairs)


def blocks_of(document):
    found, command, start = [], None, 0
    lines = document.split("\n")
    for number, line in enumerate(lines, 1):
        begin = BEGIN.match(line)
        if begin:
            command, start = begin.group(1), number
        elif line == END and command is not None:
            found.append(Block(command, start, "\n".join(lines[start : number - 1]).strip("\n")))
            command = None
    if command is not None:
        raise ValueError(f"line {start}: the block is not ended by {END}")
    return found


def replaced(document, run):
    """The document with every block written anew; run(command) returns what the command printed."""
    for block in blocks_of(document):
        fresh = block_text(block.command, run(block.command))
        opening = f"<!-- figures of: {block.command} -->\n"
        begin = document.index(opening) + len(opening)
        end = document.index(END, begin)
        document = document[:begin] + "\n" + fresh + "\n\n" + document[end:]
    return document


def run_command(command):
    words = command.split()
    if words[0] != "rhumb":
        raise ValueError(f"{command}: figures come from rhumb")
    done = subprocess.run(
        [RHUMB] + words[1:],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if done.returncode:
        raise RuntimeError(f"{command}: ended with {done.returncode}: {done.stderr}")
    return done.stdout


def documents():
    paths = [ROOT / "README.md"]
    for floor in ("topologies", "simulator", "agents", "controller", "tests"):
        paths += sorted((ROOT / floor).rglob("*.md"))
    return [path for path in paths if blocks_of(path.read_text())]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    stale = False
    for path in documents():
        before = path.read_text()
        after = replaced(before, run_command)
        if after == before:
            continue
        stale = True
        name = str(path.relative_to(ROOT))
        print(
            "".join(
                f"{line}\n"
                for line in difflib.unified_diff(
                    before.split("\n"), after.split("\n"), name, "a fresh run", lineterm=""
                )
            )
        )
        if not check:
            path.write_text(after)
    if check and stale:
        print("figures in documents are not those of a run; run scripts/readme-figures")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
