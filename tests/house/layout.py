#!/usr/bin/python3
"""One layout: clang-format for C++ and protos (.clang-format), black for Python, 100 columns each.

    tests/house/layout.py          says what differs, and ends with 1 if anything does
    tests/house/layout.py --fix    rewrites what differs

Both programs are those of Debian 12 (scripts/setup): other versions may lay out differently.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys

from source_tree import ROOT, whole_tree

COLUMNS = 100
_CLANG_SUFFIXES = (".cc", ".h", ".proto")


def _black(paths, fix):
    command = ["black", "--quiet", "--line-length", str(COLUMNS)] + (
        [] if fix else ["--check", "--diff"]
    )
    # From the root, whatever pyproject.toml lies beside a package.
    done = subprocess.run(
        command + ["--config", os.devnull] + paths, cwd=ROOT, capture_output=True, text=True
    )
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def _clang(paths, fix):
    command = ["clang-format"] + (["-i"] if fix else ["--dry-run", "-Werror"])
    done = subprocess.run(command + paths, cwd=ROOT, capture_output=True, text=True)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def long_lines(tree, *suffixes):
    """Neither program breaks a long comment or text of Python, or a long word."""
    return [
        f"{path}:{number}: {len(line)} columns, more than {COLUMNS}"
        for path in tree.paths(*suffixes)
        for number, line in enumerate(tree.text(path).split("\n"), 1)
        if len(line) > COLUMNS
    ]


def check(fix=False):
    """Faults as texts; with `fix` files are rewritten, and only what cannot be is a fault."""
    for program in ("clang-format", "black"):
        if shutil.which(program) is None:
            return [f"{program} is not installed; run scripts/setup"]
    tree = whole_tree()
    work = [(_black, tree.paths(".py")), (_clang, tree.paths(*_CLANG_SUFFIXES))]
    chunks = [(run, paths[i : i + 40]) for run, paths in work for i in range(0, len(paths), 40)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(lambda chunk: chunk[0](chunk[1], fix), chunks))
    return [text for text in said if text] + long_lines(tree, ".py", ".proto")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--fix", action="store_true", help="rewrite what differs")
    faults = check(parser.parse_args().fix)
    print("\n".join(faults) or "layout: all as the formatters lay it")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
