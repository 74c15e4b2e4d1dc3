#!/usr/bin/python3
"""Rules about documents, and about paths that exist on one machine only:

  a README is a manual of at most MOST_LINES lines; figures go to RESULTS.md, history to
  CHANGELOG.md;
  links of documents into the tree lead somewhere;
  no file names a home directory or another place of somebody's machine.

Prints one line a fault, "file:line: why". Run by CTest through documents_test.py; by hand:
tests/house/documents.py
"""
import os
import re
import sys

from source_tree import whole_tree

MOST_LINES = 120

# Directories that are somebody's; what every system has (/tmp, /usr, /etc, /var, ...) is not.
_MACHINE_PATH = re.compile(r"(?<![\w.>)}\]*-])/(?:root|work|home/\w+|Users/\w+|mnt/\w+)/[\w.]")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")

# Packet traces, networks and corpora of others are kept as they came.
_NOT_OURS = ("topologies/data/", "tests/fuzz/corpus/")
_BINARY = (".ckpt", ".gz", ".png", ".svg")


def check_length(tree):
    faults = []
    for path in tree.paths("README.md"):
        lines = tree.text(path).count("\n")
        if lines > MOST_LINES:
            faults.append(
                f"{path}:{MOST_LINES + 1}: a manual of {lines} lines, more than {MOST_LINES}: move"
                " figures to RESULTS.md and history to CHANGELOG.md"
            )
    return faults


def check_links(tree):
    faults, folders = [], set()
    for path in tree.paths(""):
        while os.path.dirname(path) not in folders:
            path = os.path.dirname(path)
            folders.add(path)
    for path in tree.paths(".md"):
        text = tree.text(path)
        for match in _LINK.finditer(text):
            target = match.group(1)
            if "://" in target or target.startswith("mailto:"):
                continue
            resolved = os.path.normpath(os.path.join(os.path.dirname(path), target))
            if resolved not in tree and resolved not in folders:
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{path}:{line}: {target} leads nowhere")
    return faults


def check_machine_paths(tree):
    faults = []
    for path in tree.paths(""):
        if path.startswith(_NOT_OURS) or path.endswith(_BINARY):
            continue
        text = tree.text(path)
        for match in _MACHINE_PATH.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            faults.append(f"{path}:{line}: {match.group()}... exists on one machine only")
    return faults


def main():
    tree = whole_tree()
    faults = check_length(tree) + check_links(tree) + check_machine_paths(tree)
    print("\n".join(faults) or "documents: manuals are short, links lead somewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
