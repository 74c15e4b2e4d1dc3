#!/usr/bin/env python3
"""Compares what Rhumb reads out of Topology Zoo GraphML files with an independent parser.

    zoo_against_python.py PRINT_TOPOLOGY FOLDER

Every node's coordinates and every link's ends, capacity and delay must be equal. The rules are
those of topologies/README.md, written here a second time, in another way: capacity is
LinkSpeedRaw, else LinkSpeed with LinkSpeedUnits, else the one rate that LinkLabel, LinkType or
label names; delay is great circle x 1.52 / 200 km per ms, else 1 ms.
"""
import math
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

SPACE = "{http://graphml.graphdrawing.org/xmlns}"
NO_CAPACITY = 7.0
BOUNDS = re.compile(
    r"[<>≤≥]| and below| and above|up to|less than|more than|at least|at most|planned from"
)
RATE = (
    r"(?<![a-z0-9.])(?:"
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<prefix>[kmgt])(?:b(?:it)?s?(?:/s(?:ec)?|ps)?)?(?![a-z0-9])"
    r"|oc[- ]?(?P<oc>\d+)c?(?![a-z0-9])"
    r"|stm[- ]?(?P<stm>\d+)(?![a-z0-9])"
    r"|ds-?(?P<ds>[0-4])(?![a-z0-9])"
    r"|t-?(?P<t>[1-4])(?![a-z0-9])"
    r"|e-?(?P<e>[1-5])(?![a-z0-9])"
    r"|(?P<ge>\d*)\s*(?:gige|gbe|ge)(?![a-z0-9])"
    r"|(?P<fast>fast ethernet)|(?P<gigabit>gig(?:abit)? ethernet))"
)
DIGITAL = [64e3, 1.544e6, 6.312e6, 44.736e6, 274.176e6]
EUROPEAN = [64e3, 2.048e6, 8.448e6, 34.368e6, 139.264e6, 565.148e6]
PREFIX = {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}


def rate_of(match):
    part = match.groupdict()
    if part["number"]:
        return float(part["number"]) * PREFIX[part["prefix"]]
    if part["oc"]:
        return int(part["oc"]) * 51.84e6 or None
    if part["stm"]:
        return int(part["stm"]) * 155.52e6 or None
    if part["ds"]:
        return DIGITAL[int(part["ds"])]
    if part["t"]:
        return DIGITAL[int(part["t"])]
    if part["e"]:
        return EUROPEAN[int(part["e"])]
    if part["fast"]:
        return 100e6
    if part["gigabit"]:
        return 1e9
    if part["ge"] is not None and (part["ge"] or match.group(0).strip() != "ge"):
        return int(part["ge"] or 1) * 1e9
    return None


def rate_of_label(label):
    """Replaces rates by R, counts by C, and looks at the pattern that is left."""
    text = label.lower().replace("×", "x").replace("–", "-").replace("*", " x ")
    if BOUNDS.search(text):
        return None
    text = re.sub(r"(?<=\d)x(?=\d|\s|oc|stm|ds|[te]\d|g)", " x ", text)
    text = re.sub(r"(?<=[a-z])x(?=\d)", " x ", text)
    if re.search(
        r"\d,\d|\d\s*[-/~]\s*\d|\d (?:to|or|and|bis) \d",
        re.sub(r"(oc|stm|ds|t|e)-(?=\d)", r"\1", text),
    ):
        return None
    text = re.sub(r"(?<=\d)-(?=[a-z])", "", text)
    text = re.sub(
        r"(?<=\d)\s*(k)ilo(?=bit)|(?<=\d)\s*(m)ega(?=bit)|(?<=\d)\s*(g)iga(?=bit)", r"\1\2\3", text
    )
    rates = []

    def take(match):
        rate = rate_of(match)
        if not rate:
            return match.group(0)
        rates.append(rate)
        return f" \x01{len(rates) - 1}\x02 "

    text = re.sub(RATE, take, text)
    if not rates:
        return None
    if re.search(r"(?<![a-z0-9])\d[\d.]*\s*[kmgt]b[a-z]", text):
        return None  # an unknown unit
    pieces = re.findall(r"\x01\d+\x02|[a-z][a-z0-9.]*|\d+(?:\.\d+)?|\+|[^\s]", text)
    sums, previous, i, counted = [], None, 0, False
    lines = {
        "lambda",
        "wavelength",
        "channel",
        "link",
        "line",
        "circuit",
        "fibre",
        "fiber",
        "pair",
        "port",
        "trunk",
        "wave",
        "strand",
    }
    while i < len(pieces):
        piece = pieces[i]
        factors = []
        j = i
        while (
            j + 1 < len(pieces) and re.fullmatch(r"\d+(\.\d+)?", pieces[j]) and pieces[j + 1] == "x"
        ):
            factors.append(float(pieces[j]))
            j += 2
        if j < len(pieces) and pieces[j][0] == "\x01":
            value = rates[int(pieces[j][1:-1])]
            j += 1
            while (
                j + 1 < len(pieces)
                and pieces[j] == "x"
                and re.fullmatch(r"\d+(\.\d+)?", pieces[j + 1])
            ):
                factors.append(float(pieces[j + 1]))
                j += 2
            for factor in factors:
                if factor != int(factor) or not 1 <= factor <= 1000:
                    return None
                value *= factor
            if previous == "+":
                if not sums:
                    return None
                sums[-1] = (sums[-1][0] + value, True)
            else:
                sums.append((value, bool(factors)))
            previous, i = "rate", j
            continue
        if piece == "x":
            return None
        if piece == "+":
            if previous != "rate":
                return None
            previous = "+"
        else:
            if previous == "+":
                return None
            if piece[0].isdigit():
                following = pieces[i + 1] if i + 1 < len(pieces) else ""
                if following[:1] == "\x01":
                    return None
                counted |= following.rstrip("s") in lines
            counted |= piece in {"dual", "double", "twin", "triple", "quad", "lag", "n"}
            previous = "other"
        i += 1
    if previous == "+" or counted:
        return None
    first, built = sums[0]
    for value, also_built in sums[1:]:
        if abs(value - first) > 0.05 * first or built or also_built:
            return None
    return first


def capacity_of(data):
    if data.get("LinkSpeedRaw"):
        return float(data["LinkSpeedRaw"])
    if data.get("LinkSpeed") and data.get("LinkSpeedUnits"):
        return float(data["LinkSpeed"]) * PREFIX[data["LinkSpeedUnits"][0].lower()]
    for name in ("LinkLabel", "LinkType", "label"):
        rate = rate_of_label(data.get(name) or "")
        if rate:
            return rate
    return NO_CAPACITY


def delay_us(a, b):
    if not a or not b:
        return 1000.0
    (lat_a, lon_a), (lat_b, lon_b) = [(math.radians(x), math.radians(y)) for x, y in (a, b)]
    angle = math.acos(
        min(
            1.0,
            max(
                -1.0,
                math.sin(lat_a) * math.sin(lat_b)
                + math.cos(lat_a) * math.cos(lat_b) * math.cos(lon_b - lon_a),
            ),
        )
    )
    return 6371.0 * angle * 1.52 / 200 * 1000


def parse(path):
    root = ElementTree.parse(path).getroot()
    names = {key.get("id"): key.get("attr.name") for key in root.findall(SPACE + "key")}
    graph = root.find(SPACE + "graph")

    def data_of(element):
        return {
            names.get(d.get("key")): (d.text or "").strip() for d in element.findall(SPACE + "data")
        }

    places, order, links = {}, [], []
    for node in graph.findall(SPACE + "node"):
        data = data_of(node)
        place = None
        if data.get("Latitude") and data.get("Longitude"):
            place = (float(data["Latitude"]), float(data["Longitude"]))
            if place == (0, 0) or abs(place[0]) > 90 or abs(place[1]) > 180:
                place = None
        order.append(node.get("id"))
        places[node.get("id")] = place
    for edge in graph.findall(SPACE + "edge"):
        ends = (edge.get("source"), edge.get("target"))
        if ends[0] == ends[1]:
            continue
        rate = capacity_of(data_of(edge))
        for a, b in (ends, ends[::-1]):
            links.append((order.index(a), order.index(b), rate, delay_us(places[a], places[b])))
    return [places[key] for key in order], links


def printed(program, path):
    result = subprocess.run([program, str(path)], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())
    places, links, ids = [], [], {}
    for line in result.stdout.splitlines():
        cells = line.split("\t")
        if cells[0] == "node":
            ids[cells[1]] = len(places)
            places.append((float(cells[2]), float(cells[3])) if len(cells) > 2 else None)
        else:
            links.append((ids[cells[1]], ids[cells[2]], float(cells[3]), float(cells[4])))
    return places, links


def differences(expected, found):
    (places, links), (places_found, links_found) = expected, found
    if len(places) != len(places_found) or len(links) != len(links_found):
        found = f"Rhumb reads {len(places_found)} and {len(links_found)}"
        yield f"{len(places)} nodes, {len(links)} links; {found}"
        return
    for i, (a, b) in enumerate(zip(places, places_found)):
        if a != b:
            yield f"node {i} is at {a}; Rhumb reads {b}"
    for i, (a, b) in enumerate(zip(links, links_found)):
        # Delays are rounded to microseconds; the two formulas differ by less than that.
        if (
            a[:2] != b[:2]
            or abs(a[2] - b[2]) > 1e-9 * a[2]
            or abs(a[3] - b[3]) > 0.51 + 1e-6 * a[3]
        ):
            yield f"link {i} is {a}; Rhumb reads {b}"


def main():
    program, folder = sys.argv[1:]
    files = sorted(pathlib.Path(folder).glob("*.graphml"))
    if not files:
        sys.exit(f"{folder}: holds no .graphml files")
    failed = links = 0
    for path in files:
        try:
            expected = parse(path)
            faults = list(differences(expected, printed(program, path)))
            links += len(expected[1])
        except (RuntimeError, ElementTree.ParseError, ValueError) as fault:
            faults = [str(fault)]
        for fault in faults[:5]:
            print(f"{path.name}: {fault}")
        failed += bool(faults)
    print(f"{len(files)} files, {links} links, {failed} files differ")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
