"""The keys: the right answer to each item, as text in the student's notation, indices from 1."""

from ..reading.writing import as_plain
from . import dropout, gradient_mistakes
from .matrices import places


def key(item, variant):
    """A right answer to an item of a Variant, as a student might type it."""
    return KEYS[item](variant)


def _forward(variant):
    v = variant.forward
    return f"{v.output} = {as_plain(dropout.key('forward', v))}"


def _backward(variant):
    v = variant.backward
    return f"dL/d{v.activation} = {as_plain(dropout.key('backward', v))}"


def _convolution(variant):
    v = variant.convolution
    lines = []
    for a, b in places(v.o_shape):
        products = " + ".join(
            f"{v.x}{a * v.stride + k + 1}{b * v.stride + m + 1}*{v.w}{k + 1}{m + 1}"
            for k, m in places(v.w_shape)
        )
        lines.append(f"{v.o}{a + 1}{b + 1} = {products}")
    return "\n".join(lines)


def _general(variant):
    v = variant.general
    row, column = (f"({i}-1)*s + {k} - P" for i, k in (("i", "k"), ("j", "l")))
    return (
        f"{v.o}[n,f,i,j] = b[f] + sum_{{c=1}}^{{C}} sum_{{k=1}}^{{{v.kernel[0]}}} "
        f"sum_{{l=1}}^{{{v.kernel[1]}}} {v.x}[n,c,{row},{column}]*{v.w}[f,c,k,l]"
    )


def _extension(variant):
    v = variant.convolution
    lines = []
    for by, name in ((gradient_mistakes.FILTER, v.w), (gradient_mistakes.INPUT, v.x)):
        for place in gradient_mistakes.asked(by, v):
            total = " + ".join(gradient_mistakes.terms(by, v, _Text(), place)) or "0"
            lines.append(f"dL/d{name}{place[0] + 1}{place[1] + 1} = {total}")
    return "\n".join(lines)


class _Factor(str):
    """An entry's name that multiplies like a number."""

    def __mul__(self, other):
        return f"{self}*{other}"


class _Text:
    def __call__(self, name, row, column):
        return _Factor(f"{name}{row + 1}{column + 1}")


KEYS = {
    "forward": _forward,
    "backward": _backward,
    "convolution": _convolution,
    "general": _general,
    "extension": _extension,
}
