#!/usr/bin/python3
"""Checks every #include against wings.py, and looks for circles of folders. Prints one line a
fault, "file:line: why".

Run by CTest through includes_test.py; by hand: tests/house/includes.py
"""
import os
import re
import sys

import wings
from source_tree import whole_tree

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.MULTILINE)
_SOURCES = (".cc", ".h", ".inc")


def includes(tree, path):
    """[(line, header as written, file of the tree that it names, or None)] of one file."""
    found = []
    text = tree.text(path)
    for match in _INCLUDE.finditer(text):
        name = match.group(1)[1:-1]
        beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
        target = next((file for file in (name, beside) if file in tree), None)
        found.append((text.count("\n", 0, match.start(1)) + 1, name, target))
    return found


def room_of(path, rooms):
    lie_under = [room for room in rooms if path.startswith(room.path + "/")]
    return max(lie_under, key=lambda room: len(room.path), default=None)


def third_party(header):
    """Name in THIRD_PARTIES, "" for the language and the system, None for what is not known."""
    if re.match(wings.STANDARD, header) or header in wings.POSIX:
        return ""
    known = [name for name, form in wings.THIRD_PARTIES.items() if re.match(form, header)]
    # A generated service is gRPC's, whatever else its name looks like.
    return "grpc" if "grpc" in known else known[0] if known else None


def check_includes(tree, rooms=wings.ROOMS):
    faults = []
    for path in tree.paths(*_SOURCES):
        room = room_of(path, rooms)
        if room is None:
            faults.append(f"{path}:1: lies in no room of tests/house/wings.py; add a row")
            continue
        for line, header, target in includes(tree, path):
            where = f"{path}:{line}"
            if target is not None:
                other = room_of(target, rooms)
                if other not in (room, None) and not {other.path, wings.EVERYTHING} & set(
                    room.uses
                ):
                    faults.append(
                        f"{where}: {room.path}/ may not use {other.path}/ ({header}); it may use"
                        f" {', '.join(room.uses) or 'nothing of ours'}"
                    )
                continue
            party = third_party(header)
            if party is None:
                faults.append(
                    f"{where}: <{header}> is no file of the tree and no third party that"
                    " tests/house/wings.py knows"
                )
            elif party and party not in room.third:
                allowed = [other.path for other in rooms if party in other.third]
                faults.append(
                    f"{where}: {room.path}/ may not use {party} ({header}); only"
                    f" {', '.join(allowed) or 'nobody'} may"
                )
    return faults


def check_table(rooms=wings.ROOMS):
    """Rows name only rows above them."""
    faults, above = [], {wings.EVERYTHING}
    for room in rooms:
        for used in room.uses:
            if used not in above:
                faults.append(f"wings.py: {room.path} uses {used}, which is no row above it")
        for party in room.third:
            if party not in wings.THIRD_PARTIES:
                faults.append(f"wings.py: {room.path} uses {party}, which THIRD_PARTIES lacks")
        above.add(room.path)
    return faults


def arrows(tree):
    """{folder: {folder that it includes: "file:line" of the first include}}, without tests."""
    graph = {}
    for path in tree.paths(*_SOURCES):
        if path.startswith("tests/"):
            continue
        source = os.path.dirname(path)
        graph.setdefault(source, {})
        for line, _, target in includes(tree, path):
            if target is not None and os.path.dirname(target) != source:
                graph[source].setdefault(os.path.dirname(target), f"{path}:{line}")
    return graph


def strong_components(graph):
    """Sets of more than one folder that reach one another (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for after in graph.get(node, ()):
            if after not in index:
                visit(after)
                low[node] = min(low[node], low[after])
            elif after in stack:
                low[node] = min(low[node], index[after])
        if low[node] == index[node]:
            component = set()
            while node not in component:
                component.add(stack.pop())
            if len(component) > 1:
                found.append(frozenset(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def check_circles(tree, known=wings.KNOWN_CIRCLES):
    graph = arrows(tree)
    circles = strong_components(graph)
    faults = []
    for circle in circles:
        if circle in known:
            continue
        inside = [
            f"{where} includes {target}/"
            for source in sorted(circle)
            for target, where in sorted(graph[source].items())
            if target in circle
        ]
        faults.append(f"{inside[0].split(' ')[0]}: circle of folders: " + "; ".join(inside))
    for circle in known:
        if circle not in circles:
            faults.append(f"wings.py: no circle of {', '.join(sorted(circle))} any more; delete it")
    return faults


def main():
    tree = whole_tree()
    faults = check_table() + check_includes(tree) + check_circles(tree)
    print("\n".join(faults) or "includes: all as tests/house/wings.py says")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
