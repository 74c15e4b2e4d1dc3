"""The files that the rules of the house hold for, as texts. Needs nothing but Python and, where the
tree is a checkout, git."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What a build or a demo leaves behind, for where git is not there to say what is ignored.
_NOT_SOURCE = ("build", "demo-results", "node_modules", "dist", "__pycache__")


class SourceTree:
    """Files by their path from the root. A test of a rule makes one of a few lines of text."""

    def __init__(self, texts):
        self._texts = dict(texts)

    def paths(self, *suffixes):
        return sorted(path for path in self._texts if path.endswith(suffixes))

    def text(self, path):
        text = self._texts[path]
        return text.read_text(errors="replace") if isinstance(text, pathlib.Path) else text

    def __contains__(self, path):
        return path in self._texts


def whole_tree():
    """Every file that is, or could be, checked in. Nothing is read before its text is asked for."""
    return SourceTree((path, ROOT / path) for path in _paths())


def _paths():
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
            text=True,
        )
        found = [path for path in listed.stdout.split("\0") if path]
    else:
        found = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        found = [
            path
            for path in found
            if not any(part in _NOT_SOURCE or part.startswith(".") for part in path.split("/")[:-1])
        ]
    return [path for path in found if (ROOT / path).is_file()]


_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def without_comments_and_texts(source):
    """C++ with comments, string and character literals blanked; every line stays where it was."""
    return _TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)
