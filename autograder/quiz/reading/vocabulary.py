"""The names that a question uses: they decide how a run of letters is taken apart."""

from dataclasses import dataclass

DIFFERENTIAL = "d/"  # an alias's meaning that starts so is a derivative: "d/H" is dL/dH


@dataclass(frozen=True)
class Vocabulary:
    """names: as the question writes them. ranks: (name, number of indices), 0 for a plain number;
    a name that is not listed may have any. aliases: (another spelling, the name it means).
    any_case: whether y may be written for Y without an index (with one it always may). words_too:
    further words that are names.
    """

    names: tuple = ()
    ranks: tuple = ()
    aliases: tuple = ()
    any_case: bool = False
    words_too: tuple = ()

    def rank(self, name):
        """How many indices the name has; None where that is not said."""
        return dict(self.ranks).get(name)

    def words(self):
        """All spellings, aliases included."""
        return (*self.names, *(spelling for spelling, _ in self.aliases), *self.words_too)


GENERAL = Vocabulary(
    names=("mask", "dout", "out", "stride", "pad", "bias", "HH", "WW", "Xpad", "xpad"),
)
