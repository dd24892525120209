"""Item 4: the general convolution, worked out at small sizes with random entries."""

from fractions import Fraction
from functools import partial
from itertools import combinations

from ..reading.tree import Sum, Symbol, walk
from . import general_mistakes
from .answers import chosen, givens
from .assessment import Assessment
from .catalogue import diagnoses
from .evaluate import Meaningless, Scope, evaluate
from .general_mistakes import OUTPUTS, sizes_of
from .matrices import is_entry
from .probe import Entries

FREE = tuple(map(Symbol, "nfij"))
BATCH, TWICE = "general-batch-missing", "general-padding-twice"
WINDOW = {"row", "column"}


class Tensors(Scope):
    """The letters of item 4 at concrete Sizes.

    base: where indices start in the answer; one number for each axis of X, the first for b.
    """

    def __init__(self, variant, sizes, base, entries):
        self.v, self.z, self.bases, self.entries = variant, sizes, by_axis(base), entries
        z = sizes
        self.kinds = {variant.x: "x", f"{variant.x}pad": "pad", variant.w: "w", "b": "b"}
        self.shapes = {
            "x": (z.n, z.c, z.h, z.w),
            "pad": (z.n, z.c, z.h + 2 * z.p, z.w + 2 * z.p),
            "w": (z.f, z.c, z.hh, z.ww),
            "b": (z.f,),
        }
        heights = dict(zip(variant.kernel, (z.hh, z.ww), strict=True))
        self.scalars = {"N": z.n, "C": z.c, "F": z.f, "H": z.h, "W": z.w, "s": z.s, "P": z.p}
        self.scalars |= heights
        self.shorter = {}  # how the answer leaves out an index: {'x': position and value}

    def has_entries(self, name):
        return name in self.kinds

    def entry(self, name, indices):
        kind = self.kinds[name]
        if kind in self.shorter and len(indices) == len(self.shapes[kind]) - 1:
            place, value = self.shorter[kind]
            indices = (*indices[:place], value + self.bases[place], *indices[place:])
        if len(indices) != len(self.shapes[kind]):
            raise Meaningless("indices", f"{name}, which has {len(self.shapes[kind])}")
        starts = zip(indices, self.bases, strict=False)
        return self.at(kind, *(index - start for index, start in starts))

    def at(self, kind, *indices):
        """An entry counted from 0: 0 in the padding, a random number of its own elsewhere."""
        if kind == "pad":
            if self._is_there("pad", indices):
                n, c, row, column = indices
                return self.at("x", n, c, row - self.z.p, column - self.z.p)
        elif kind == "x" and not self._is_there("x", indices) and self._is_there("x", indices[:2]):
            return 0
        return self.entries[kind, indices]

    def _is_there(self, kind, indices):
        sizes = self.shapes[kind]
        return all(0 <= index < size for index, size in zip(indices, sizes, strict=False))

    def scalar(self, symbol):
        if symbol.indices or symbol.name not in self.scalars:
            raise Meaningless("unknown-name", symbol.name)
        return self.scalars[symbol.name]

    def extent(self, name, axis):
        kind = self.kinds.get(name)
        if kind in self.shorter and axis >= self.shorter[kind][0]:
            axis += 1
        if kind is None or axis >= len(self.shapes[kind]):
            return None
        return self.bases[axis], self.bases[axis] + self.shapes[kind][axis] - 1


def by_axis(base):
    """Where indices start on each of the four axes, of one number for all, or of four."""
    return base if isinstance(base, tuple) else (base,) * 4


def assess(tree, variant, base, budget):
    """Judge one reading of an answer with indices from base: an Assessment. Raises Meaningless."""
    given = _given(tree, variant)
    if isinstance(given, Assessment):
        return given
    answer = _Answer(given, variant, base, budget)
    comparison = Comparison(variant)
    found = comparison.verdict(list(answer.values(comparison.settings)))
    if answer.lacks_batch and found.share:
        share = found.share * diagnoses()[BATCH].share
        return Assessment(share, (*found.names, BATCH))
    if not found.share and answer.uses_padded:
        answer.padded_is_plain = True
        if comparison.is_right(answer.values(comparison.settings)):
            return Assessment(diagnoses()[TWICE].share, (TWICE,))
    return found


def is_right(tree, variant, base, budget):
    """Whether one reading of an answer is right; quicker than `assess`. Raises Meaningless."""
    given = _given(tree, variant)
    if isinstance(given, Assessment):
        return False
    answer = _Answer(given, variant, base, budget)
    comparison = Comparison(variant)
    return not answer.lacks_batch and comparison.is_right(answer.values(comparison.settings))


def _given(tree, variant):
    """The formula that answers, as a Given; an Assessment where there is none."""

    def is_target(node):
        return is_entry(node, variant.o, False)

    given = chosen(givens(tree, is_target), is_target)
    if given is None:
        return Assessment(Fraction(0), ("quiz-no-answer",))
    if any(is_target(node) for node in walk(given.formula)):
        return Assessment(Fraction(0), ("quiz-repeats",))
    return given


class _Answer:
    """A student's formula, to be worked out at given sizes."""

    def __init__(self, given, variant, base, budget):
        self.formula, self.variant, self.budget = given.formula, variant, budget
        self.bases = by_axis(base)
        self.letters, self.lacks_batch = _free_letters(given, variant)
        self.shorter = _left_out(given.formula, variant, self.lacks_batch)
        self.loose = _loose_letters(given.formula, variant, self.letters)
        padded = f"{variant.x}pad"
        self.uses_padded = any(getattr(n, "name", None) == padded for n in walk(given.formula))
        self.padded_is_plain = False

    def values(self, settings):
        """The values for each (Sizes, Entries) and each of OUTPUTS, one after the other."""
        for sizes, entries in settings:
            scope = Tensors(self.variant, sizes, self.bases, entries)
            scope.shorter = dict(self.shorter)
            if self.padded_is_plain:
                scope.kinds[f"{self.variant.x}pad"] = "x"
            for place in OUTPUTS:
                bound = dict.fromkeys(self.loose, self.bases[0])
                few = len(self.letters)
                starts = self.bases[-few:]
                for letter, index, start in zip(self.letters, place[-few:], starts, strict=True):
                    bound[letter] = index + start
                if self.lacks_batch and "x" in scope.shorter:
                    scope.shorter["x"] = scope.shorter["pad"] = (0, place[0])
                yield evaluate(self.formula, scope, self.budget, bound)


class Comparison:
    """Values, in the order of settings and OUTPUTS, against the right and the known wrong ones."""

    def __init__(self, variant):
        self.settings = [(sizes, Entries()) for sizes in sizes_of(variant)]
        self.scopes = [Tensors(variant, z, 0, entries) for z, entries in self.settings]

    def values_of(self, formulas):
        """The values of a formula, given for each setting, one after the other."""
        for formula, scope in zip(formulas, self.scopes, strict=True):
            for place in OUTPUTS:
                yield formula(scope.z, scope.at, *place)

    def is_right(self, values):
        """Whether the values are those of the key; stops at the first difference."""
        right = self.values_of([general_mistakes.right] * len(self.settings))
        return all(a == b for a, b in zip(values, right, strict=True))

    def known(self):
        """(name, a formula for each setting) of the known mistakes."""
        all_known = [list(general_mistakes.mistakes(z)) for z, _ in self.settings]
        for known in zip(*all_known, strict=True):
            yield known[0][0], [formula for _, formula in known]

    def verdict(self, values):
        """The Assessment of an answer's values."""
        if self.is_right(values):
            return Assessment(Fraction(1))
        known = list(self.known())
        for name, formulas in known:
            if self._agrees(values, formulas):
                return Assessment(diagnoses()[name].share, (name,))
        for (first, a), (second, b) in combinations(known, 2):
            merged = [_merged(*pair) for pair in zip(a, b, strict=True)]
            if first != second and None not in merged and self._agrees(values, merged):
                share = diagnoses()[first].share * diagnoses()[second].share
                return Assessment(share, (first, second))
        return Assessment(Fraction(0), ("quiz-other",))

    def _agrees(self, values, formulas):
        return all(a == b for a, b in zip(values, self.values_of(formulas), strict=True))


def _merged(first, second):
    """Two changes of `output` at once, if one is about the window and one about something else."""
    a, b = getattr(first, "keywords", {}), getattr(second, "keywords", {})
    if set(a) != WINDOW or not b or WINDOW & set(b) or first.func is not second.func:
        return None
    return partial(first.func, **a, **b)


def _free_letters(given, variant):
    """The letters for n, f, i, j in the answer, and whether n is left out."""
    if given.left is None or not isinstance(given.left, Symbol):
        return FREE, False
    indices = given.left.indices
    are_letters = all(isinstance(i, Symbol) for i in indices)
    if are_letters and len(indices) in (3, 4) and len(set(indices)) == len(indices):
        return indices, len(indices) == 3
    if indices and given.left.name == variant.o:
        raise Meaningless("indices", f"{given.left.name}, which has four: n, f, i, j")
    return FREE, False


def _left_out(formula, variant, lacks_batch):
    """{kind: (place, value)} for tensors that are written with one index too few throughout."""
    lengths = {variant.x: set(), f"{variant.x}pad": set(), variant.w: set()}
    for node in walk(formula):
        if isinstance(node, Symbol) and node.name in lengths and node.indices:
            lengths[node.name].add(len(node.indices))
    inputs = lengths[variant.x] | lengths[f"{variant.x}pad"]
    if lacks_batch and inputs == {3}:
        return {"x": (0, 0), "pad": (0, 0)}
    if inputs == {3} and lengths[variant.w] == {3}:  # no channel anywhere
        return {"x": (1, 0), "pad": (1, 0), "w": (1, 0)}
    return {}


def _loose_letters(formula, variant, letters):
    """Letters that stand as a channel or in a window, but that nothing sums over."""
    summed, seen = set(), set()
    tensors = (variant.x, f"{variant.x}pad", variant.w)
    for node in walk(formula):
        if isinstance(node, Symbol) and node.name in tensors:
            seen |= {i for i in node.indices if isinstance(i, Symbol) and i.name.islower()}
        elif isinstance(node, Sum):
            summed.add(node.variable)
    return seen - summed - set(letters) - {Symbol("s")}
