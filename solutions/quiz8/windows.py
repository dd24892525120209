"""What the templates of the answers may use. Written from the definitions, apart from the grader.

Placeholders in the text of a term: @i @j the input's indices, @k @l the filter's, @a @b the
output's.
"""

from fractions import Fraction


def helpers(item, v):
    """The names that the templates of an item know, for one variant."""
    if item in ("forward", "backward"):
        return _dropout(v)
    if item == "general":
        return _general(v)
    return _small(v)


def _dropout(v):
    value = None if v.value is None else _decimal(v.value)
    return {
        "D": v.mask,
        "Y": v.activation,
        "H": v.output,
        "p": v.keep,
        "tp": r"\rho" if v.keep == "ρ" else v.keep,
        "q": value or v.keep,
        "drop": _decimal(1 - v.value) if value else f"(1-{v.keep})",
        "has_value": value is not None,
        "comma": value.replace(".", ",") if value else v.keep,
    }


def _decimal(value):
    return f"{float(Fraction(value)):g}"


def _general(v):
    hh, ww = v.kernel
    s = "s" if v.stride is None else str(v.stride)
    pad = "P" if v.pad is None else str(v.pad)
    return {"X": v.x, "W": v.w, "O": v.o, "HH": hh, "WW": ww, "s": s, "P": pad, "x": v.x.lower(),
            "w": v.w.lower()}  # fmt: skip


def _small(v):
    rows, columns = v.o_shape
    return {
        "X": v.x,
        "W": v.w,
        "O": v.o,
        "x": v.x.lower(),
        "w": v.w.lower(),
        "s": v.stride,
        "kh": v.w_shape[0],
        "kw": v.w_shape[1],
        "count": v.w_shape[0] * v.w_shape[1],
        "oh": rows,
        "ow": columns,
        "outputs": lambda *a, **k: _outputs(v, *a, **k),
        "by_filter": lambda *a, **k: _by_filter(v, *a, **k),
        "by_input": lambda *a, **k: _by_input(v, *a, **k),
    }


def _fill(text, base, **numbers):
    for name, number in numbers.items():
        text = text.replace("@" + name, str(number + base))
    return text


def _range(shape):
    return [(r, c) for r in range(shape[0]) for c in range(shape[1])]


def _outputs(v, left, term, plus=" + ", line="\n", base=1, *, flip="", turn_filter=False,
             turn_input=False, swap=False, shift=(0, 0), stride=None, moves=False, stays=False,
             drop=(), minus=(), before="", after="", only=None):  # fmt: skip
    """One line for each output: left, then a term for each filter entry.

    flip: which of 'rows' and 'columns' of the filter are mirrored. drop: (output, term) left out,
    output None for all; minus: likewise, subtracted. only: the outputs that are written at all.
    """
    s = v.stride if stride is None else stride
    height, width = v.w_shape
    lines = []
    for number, (a, b) in enumerate(_range(v.o_shape)):
        if only is not None and number not in only:
            continue
        parts = ""
        for t, (k, q) in enumerate(_range(v.w_shape)):
            if any(t == d and output in (None, number) for output, d in drop):
                continue
            i, j = (k, q) if stays else (a * s + k + shift[0], b * s + q + shift[1])
            i, j = (b * s + q, a * s + k) if turn_input else (i, j)
            m, n = (a * s + k, b * s + q) if moves else (k, q)
            m = height - 1 - k if "rows" in flip else m
            n = width - 1 - q if "columns" in flip else n
            m, n = (n, m) if turn_filter else (m, n)
            sign = " - " if any(t == d and o in (None, number) for o, d in minus) else plus
            parts += (sign if parts else "") + _fill(term, base, i=i, j=j, k=m, l=n)
        place = (b, a) if swap else (a, b)
        lines.append(_fill(left, base, a=place[0], b=place[1]) + before + parts + after)
    return line.join(lines)


def _by_filter(v, left, term, base=1, *, flip=False, turn=False, stride=None, first=False,
               shift=0, drop_last=False, sign="", after=""):  # fmt: skip
    """One line for each dL/dW: term with @a @b of the gradient and @i @j of the input."""
    s = v.stride if stride is None else stride
    rows, columns = v.o_shape
    lines = []
    for k, q in _range(v.w_shape):
        parts = []
        for a, b in _range(v.o_shape):
            i, j = a * s + k + shift, b * s + q + shift
            i, j = (b * s + q, a * s + k) if turn else (i, j)
            g = (rows - 1 - a, columns - 1 - b) if flip else (a, b)
            parts.append(_fill(term, base, a=g[0], b=g[1], i=i, j=j, k=k, l=q))
        parts = parts[:1] if first else parts[:-1] if drop_last else parts
        total = " + ".join(parts)
        total = f"{sign}({total}){after}" if sign or after else total
        lines.append(_fill(left, base, k=k, l=q) + total)
    return "\n".join(lines)


def _by_input(v, left, term, base=1, *, flip=False, turn=False, stride=None, first=False,
              sign="", after="", everything=False):  # fmt: skip
    """One line for each dL/dX that is asked for: term with @a @b and @k @l of the filter."""
    s = v.stride if stride is None else stride
    height, width = v.w_shape
    lines = []
    for r, c in _range(v.x_shape) if everything else v.asked:
        parts = []
        for a, b in _range(v.o_shape):
            k, q = r - a * s, c - b * s
            if not (0 <= k < height and 0 <= q < width) or (first and (a, b) != (0, 0)):
                continue
            m, n = (height - 1 - k, width - 1 - q) if flip else (k, q)
            m, n = (n, m) if turn else (m, n)
            parts.append(_fill(term, base, a=a, b=b, k=m, l=n, i=k, j=q))
        total = " + ".join(parts) or "0"
        total = f"{sign}({total}){after}" if sign or after else total
        lines.append(_fill(left, base, i=r, j=c) + total)
    return "\n".join(lines)
