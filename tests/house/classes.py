#!/usr/bin/python3
"""Three rules about classes, read from headers and sources without a compiler:

  a name means one class in its namespace, whatever file it stands in: the linker would take the
  functions of one class, such as those of a vector of it, for those of the other;
  a class is implemented in one .cc at most;
  a class has at most MANY public methods, or says why it has more, in its comment:
      // Wide: one accessor a column of the table.

Methods are what a caller learns: constructors, destructors, operators, what is deleted or
defaulted, and what overrides a method of an interface do not count; overloads count once. Prints
one line a fault, "file:line: why".

Run by CTest through classes_test.py; by hand: tests/house/classes.py
"""
import dataclasses
import re
import sys

import includes
from source_tree import whole_tree, without_comments_and_texts

MANY = 15
_REASON = re.compile(r"//\s*Wide: \S+")

_CLASS = re.compile(
    r"\b(?P<kind>class|struct)\s+(?:\[\[\w+\]\]\s*)?(?:[A-Z][A-Z_]+(?:\([^)]*\))?\s+)?"
    r"(?P<name>\w+(?:::\w+)*)\s*(?:final\s*)?(?::(?!:)[^;{}()]*)?\{"
)
_DEFINITION = re.compile(
    r"(?<![\w.>:])(?P<class>(?:\w+::)*\w+)::~?(?P<method>\w+|operator\W+)\s*\("
)


@dataclasses.dataclass
class Class:
    name: str  # with the classes around it, without namespaces: "Outer::Inner"
    path: str
    line: int
    methods: list
    has_reason: bool


def _body_end(text, start):
    """Position of the brace that closes the one at `start`."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def _flat(body):
    """A class's own declarations: bodies, nested classes and arguments' braces become ";"."""
    out, depth = [], 0
    for character in body:
        if character == "{":
            depth += 1
        if depth == 0:
            out.append(character)
        if character == "}":
            depth -= 1
            if depth == 0:
                out.append(";")
    return "".join(out)


def _without_pairs(text, opens, closes):
    """Text in which every outermost opens...closes is empty."""
    out, depth = [], 0
    for character in text:
        if character == closes and depth:
            depth -= 1
        if depth == 0:
            out.append(character)
        if character == opens:
            depth += 1
    return "".join(out)


def _public_methods(name, kind, body):
    names, access = [], "private" if kind == "class" else "public"
    own = name.split("::")[-1]
    for declaration in _flat(body).split(";"):
        while True:
            label = re.match(r"\s*(public|private|protected)\s*:(?!:)", declaration)
            if not label:
                break
            access, declaration = label.group(1), declaration[label.end() :]
        if access != "public" or re.match(
            r"\s*(using|typedef|friend|enum|static_assert)\b", declaration
        ):
            continue
        plain = _without_pairs(declaration, "(", ")")
        if re.search(r"=\s*(default|delete)\s*$", plain) or "operator" in plain:
            continue
        if re.search(r"\)[\s\w]*\b(override|final)\b", plain):
            continue
        # A member with an initialiser, such as std::function<void()> f = g(), is no method.
        before = _without_pairs(plain, "<", ">").split("(")[0]
        called = re.search(r"([~\w]+)\s*$", before)
        if "(" not in _without_pairs(plain, "<", ">") or "=" in before or not called:
            continue
        method = called.group(1)
        if re.match(r"ABSL_[A-Z_]+$|[A-Z][A-Z_]+$", method) or method.lstrip("~") == own:
            continue
        if method not in names:
            names.append(method)
    return names


def classes_of(path, source):
    """The classes that a header or source defines, nested ones too."""
    text = without_comments_and_texts(source)
    lines = source.split("\n")
    found, open_classes = [], []
    for match in _CLASS.finditer(text):
        if re.search(r"\benum\s+$", text[: match.start()]) or re.search(
            r"[<,]\s*$", text[max(0, match.start() - 40) : match.start()]
        ):
            continue
        brace = match.end() - 1
        end = _body_end(text, brace)
        open_classes = [outer for outer in open_classes if outer[1] > match.start()]
        name = "::".join([outer[0] for outer in open_classes] + [match.group("name")])
        open_classes.append((match.group("name"), end))
        line = text.count("\n", 0, match.start()) + 1
        # The comment right above, a template line between the two aside.
        first = line - 1
        while first > 0 and re.match(r"\s*(//|template\b)", lines[first - 1]):
            first -= 1
        comment = "\n".join(lines[first:line])  # its own line included
        methods = _public_methods(name, match.group("kind"), text[brace + 1 : end])
        found.append(Class(name, path, line, methods, bool(_REASON.search(comment))))
    return found


def check_width(tree, many=MANY):
    faults = []
    for path in tree.paths(".h", ".cc"):
        for found in classes_of(path, tree.text(path)):
            if len(found.methods) > many and not found.has_reason:
                faults.append(
                    f"{path}:{found.line}: class {found.name} has {len(found.methods)} public"
                    f" methods, more than {many}: it is more than one idea, or its comment says why"
                    ' not ("// Wide: ...")'
                )
    return faults


def _free_classes(text):
    """Names with their namespaces, and lines, of the classes that other files can see."""
    namespaces = re.finditer(r"\bnamespace\s*((?:\w+(?:::\w+)*)?)\s*\{", text)
    heads = {match.end() - 1: match for match in namespaces}
    starts = {match.end() - 1: match for match in _CLASS.finditer(text)}
    around, found = [], []  # names of the namespaces around; None: another brace
    for brace in re.finditer(r"[{}]", text):
        at = brace.start()
        if brace.group() == "}":
            if around:
                around.pop()
            continue
        match = starts.get(at)
        if match and None not in around and "" not in around:
            if not re.search(r"\benum\s+$", text[: match.start()]):
                name = "::".join(around + [match.group("name")])
                found.append((name, text.count("\n", 0, match.start()) + 1))
        around.append(heads[at].group(1) if at in heads else None)
    return found


def check_one_definition(tree):
    places = {}
    for path in tree.paths(".h", ".cc"):
        for name, line in _free_classes(without_comments_and_texts(tree.text(path))):
            places.setdefault(name, []).append(f"{path}:{line}")
    return [
        f"{where[1]}: class {name} is another one than that of {where[0]}; give it a name of its"
        " own or put it into an anonymous namespace"
        for name, where in sorted(places.items())
        if len(where) > 1
    ]


def check_one_source(tree):
    """Definitions are ascribed to the class of that name in a header that the source includes."""
    headers = {}
    for path in tree.paths(".h"):
        for found in classes_of(path, tree.text(path)):
            headers.setdefault(found.name, {})[path] = found
    sources = {}
    for path in tree.paths(".cc"):
        text = without_comments_and_texts(tree.text(path))
        included = {target for _, _, target in includes.includes(tree, path) if target}
        for match in _DEFINITION.finditer(text):
            # At the start of a declaration: only what a definition may have before its name.
            line_start = text.rfind("\n", 0, match.start()) + 1
            if not re.fullmatch(r"[\w:<>,*&\[\] ]*", text[line_start : match.start()]):
                continue
            if text[line_start : match.start()][:1] in (" ", "\t") or re.match(
                r"(return|case|using|if|else)\b", text[line_start : match.start()]
            ):
                continue
            name = match.group("class")
            for header, found in headers.get(name, {}).items():
                if header in included:
                    line = text.count("\n", 0, match.start()) + 1
                    sources.setdefault((header, found.line, name), {}).setdefault(path, line)
    return [
        f"{header}:{line}: class {name} is implemented in {len(where)} files: "
        + ", ".join(f"{path}:{at}" for path, at in sorted(where.items()))
        + "; take ideas apart, not files"
        for (header, line, name), where in sorted(sources.items())
        if len(where) > 1
    ]


def main():
    tree = whole_tree()
    faults = check_width(tree) + check_one_source(tree) + check_one_definition(tree)
    print(
        "\n".join(faults)
        or "classes: one meaning and one source each, none too wide without a reason"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
