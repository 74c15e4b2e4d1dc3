"""Which commands documents and help texts show."""
import dataclasses
import re
import subprocess

# Records of what was run once, of what was, and of where data came from: no instructions.
NO_MANUALS = ("RESULTS.md", "CHANGELOG.md")

# First words that make a line of a code block a command, after NAME=VALUE settings.
_PROGRAMS = (
    r"rhumb|cmake|ctest|mpirun|srun|python3|time|export|apt-get|systemctl|man|pip|nice|curl|jq|ls"
    r"|(?:\.?/?(?:build|scripts|tests|agents|controller|env|usr)/\S*)|/usr/\S+"
)
_COMMAND = re.compile(r"^(?:\$ )?(?:\w+=\S* )*(?:%s)(?=\s|$)" % _PROGRAMS)
# In a sentence only what has an option or is a script: "`rhumb replay`" is a name.
_INLINE = re.compile(r"`(rhumb [^`]* --[^`]*|(?:\w+=\S+ )*scripts/[^`]*)`")

# A form of a command and not one: `rhumb topo convert FILE --to NAME.topology.json.gz`.
_PLACEHOLDER = re.compile(r"…|\b(COMMAND|DIR|FILE|HOST:PORT|NAME|POLICY|ROLE|TOPOLOGY|TRAFFIC)\b")


@dataclasses.dataclass(frozen=True)
class Shown:
    where: str  # "README.md:12", or the command whose help shows it
    text: str


def _joined(lines):
    """(number, line) with lines that end in a backslash joined to the next."""
    held, start = "", None
    for number, line in lines:
        start = number if start is None else start
        if line.endswith("\\"):
            held += line[:-1].rstrip() + " "
            continue
        yield start, held + line.strip() if held else line
        held, start = "", None


def commands_of(path, text):
    """Commands of a document's code blocks, and `rhumb ... --option` and scripts in its sentences.

    A block is indented by four spaces after an empty line, or fenced without a language or as sh,
    bash, console or shell. Lines that are no command are output, files or code.
    """
    shown, block, fence, before = [], [], None, ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = re.match(r"^```(\w*)", line)
        if mark:
            fence = None if fence is not None else mark.group(1)
        elif fence is not None:
            if fence in ("", "sh", "bash", "console", "shell"):
                block.append((number, line))
        elif re.match(r"^    \S", line) or (line.startswith("    ") and block):
            # An indented line goes on with a list or paragraph unless a block began before.
            if before.strip() == "" or (block and block[-1][0] == number - 1):
                block.append((number, line[4:]))
        else:
            for inline in _INLINE.finditer(line):
                if not _PLACEHOLDER.search(inline.group(1)):
                    shown.append(Shown(f"{path}:{number}", inline.group(1)))
        before = line
    shown += [
        Shown(f"{path}:{number}", re.sub(r"^\$ ", "", line.strip()))
        for number, line in _joined(block)
        if _COMMAND.match(line.strip()) and not line.startswith(" ")
    ]
    return sorted(shown, key=lambda one: int(one.where.rsplit(":", 1)[1]))


_HEADING = re.compile(r"^examples?:?\s*$", re.IGNORECASE)
_WORD = re.compile(r"^ {1,4}([a-z][a-z0-9-]*)(?:  +\S|$)")


def examples_of(help_text):
    """The lines below a heading "Example:" or "Examples:"."""
    found, within = [], False
    for line in help_text.split("\n"):
        if _HEADING.match(line.strip()) and not line.startswith("  "):
            within = True
        elif within and re.match(r"\s+rhumb\b", line):
            found.append(line.strip())
        elif within and line.strip() and not line.startswith(" "):
            within = False
    return found


def help_of(rhumb, words):
    done = subprocess.run([rhumb, *words, "--help"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None


def walk_help(help_for, words=()):
    """{words: help} of a command and, down to any depth, of the commands that its help lists.

    `help_for(words)` returns None where there is no such command. Whatever looks like the name of a
    command is tried; it is one if it has a help of its own.
    """
    text = help_for(words)
    found = {words: text}
    for line in text.split("\n"):
        name = _WORD.match(line)
        if not name or words + (name.group(1),) in found:
            continue
        below = help_for(words + (name.group(1),))
        if below is not None and below != text:
            found.update(walk_help(help_for, words + (name.group(1),)))
    return found


def shown_by_help(help_for):
    shown = {}
    for words, text in walk_help(help_for).items():
        for example in examples_of(text):
            shown.setdefault(example, " ".join(("rhumb",) + words) + " --help")
    return [Shown(where, text) for text, where in shown.items()]
