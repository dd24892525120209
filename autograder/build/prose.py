"""Reads the prose of an assignment: one Markdown file a language, one section a key."""

import re

KEY_LINE = re.compile(r"<!-- key: (\S+) -->")


def read_sections(path):
    """Split a Markdown file at its `<!-- key: name -->` lines into {name: text}.

    path: a `pathlib.Path`. What stands before the first key is a note to translators and is left
    out. Raises ValueError, naming the file and the line or key, for a key used twice, a section
    without text and a line that only looks like a key.
    """
    sections = {}
    key = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = KEY_LINE.fullmatch(line.strip())
        if found:
            key = found[1]
            if key in sections:
                raise ValueError(f"{path}:{number}: key `{key}` stands there twice")
            sections[key] = []
        elif key is not None:
            if line.lstrip().startswith("<!-- key"):
                raise ValueError(f"{path}:{number}: a key line is `<!-- key: name -->` and no more")
            sections[key].append(line)

    texts = {key: "\n".join(lines).strip() for key, lines in sections.items()}
    for key, text in texts.items():
        if not text:
            raise ValueError(f"{path}: the section of key `{key}` is empty")
    return texts


class Prose:
    """The sections of one file; remembers which of them a master has asked for."""

    def __init__(self, path):
        """path: the file, read at once. Raises what `read_sections` raises."""
        self.path = path
        self.sections = read_sections(path)
        self.used = set()

    def section(self, key):
        """The text of one section. Raises KeyError naming the file and the key."""
        if key not in self.sections:
            raise KeyError(f"{self.path} has no section `{key}`, which the master uses")
        self.used.add(key)
        return self.sections[key]

    def check_all_used(self):
        """Raise ValueError naming the keys that no master asked for: misspelt or left over."""
        unused = sorted(set(self.sections) - self.used)
        if unused:
            raise ValueError(f"{self.path} has sections that no cell uses: {', '.join(unused)}")
