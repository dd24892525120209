"""The report's plots as inline SVG: no script, no fixed colours, described for screen readers.

Colours are classes that the page's style sheet fills in, light and dark; what a colour says is also
said by a pattern, a place or a number. Each plot is drawn twice, for wide and for narrow windows,
as text in a drawing that is made smaller could not be read; the style sheet shows one of them.
"""

import math

from markupsafe import Markup

from autograder.reports.class_report.words import number, shown

# Units of the drawing, about CSS pixels: of the histogram, the bars, and either in a narrow window.
WIDE, BARS, NARROW = 640, 500, 330
CHARACTER = 7.2  # width of an average one at 13 px


def mark_histogram(bins, summary):
    """How many marks lie in each Bin, with the median and the middle half; both widths."""
    total = sum(b.count for b in bins)
    fullest = max(bins, key=lambda b: b.count)
    described = (
        f"{total} marks between {number(summary.least)} and {number(summary.most)}. Median "
        f"{number(summary.median)}, middle half from {number(summary.lower)} to "
        f"{number(summary.upper)}. Most marks, {fullest.count}, lie between "
        f"{number(fullest.least)} and {number(fullest.below)}. The table has all numbers."
    )
    return _both(
        lambda width, name: _histogram(bins, summary, width, name),
        WIDE,
        "marks-plot",
        "Distribution of marks",
        described,
    )


def part_bars(rows):
    """For each PartRow, how many earned all, some, nothing, or wait for a mark; both widths."""
    described = "; ".join(
        f"{shown(row.title)}: full marks {row.full}, some {row.some}, nothing {row.nothing}, "
        f"not wholly marked {row.waiting}"
        for row in rows
    )
    return _both(
        lambda width, name: _bars(rows, width, name),
        BARS,
        "parts-plot",
        "How many students earned how much of each part",
        f"{described}.",
    )


def share_bar(share):
    """A bar as long as the share, from 0 to 1; the number stands beside it."""
    length = number(100 * max(0.0, min(1.0, share)), 1).replace("−", "-")
    return Markup(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" '
        'focusable="false"><rect class="track" width="100" height="8"/>'
        '<rect class="strong" width="{}" height="8"/></svg>'
    ).format(length)


def swatch(kind):
    """A small square of a plot's legend: strong, soft, none, waiting or half."""
    return Markup(
        '<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true" focusable="false">{}</svg>'
    ).format(_block(kind, 0.5, 0.5, 13, 13, "hatch-legend"))


def hatching(name):
    """The pattern of what is not final yet, as a definition to be named by `name`."""
    return Markup(
        '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/>'
        '<rect class="hatch-line" width="2.5" height="6"/></pattern></defs>'
    ).format(name)


def _both(draw, wide, name, title, description):
    """The drawing of both widths, each with its title and description."""
    drawn = []
    for width, kind in ((wide, "wide"), (NARROW, "narrow")):
        body, height = draw(width, f"{name}-{kind}-hatch")
        drawn.append(
            Markup(
                '<svg class="plot {kind}" role="img" viewBox="0 0 {width} {height}" '
                'aria-labelledby="{name}-{kind}-title {name}-{kind}-words">'
                '<title id="{name}-{kind}-title">{title}</title>'
                '<desc id="{name}-{kind}-words">{description}</desc>{body}</svg>'
            ).format(
                kind=kind,
                width=width,
                height=number(height, 1),
                name=name,
                title=title,
                description=description,
                body=body,
            )
        )
    return Markup("").join(drawn)


def _histogram(bins, summary, width, hatch):
    left, right, top, floor = 34, 10, 48, 338 if width == WIDE else 254
    inner, height = width - left - right, floor - top
    points = bins[-1].below or 1.0
    step = _step(max(b.count for b in bins))
    most = step * max(1, math.ceil(max(b.count for b in bins) / step))

    def x(mark):
        return left + inner * max(0.0, min(1.0, mark / points))

    def y(count):
        return floor - height * count / most

    parts = [hatching(hatch), _rect("half", x(summary.lower), top, x(summary.upper), floor)]
    for count in range(0, most + 1, step):
        kind = "axis" if count == 0 else "grid"
        parts.append(_line(kind, left, y(count), width - right, y(count)))
        parts.append(_text(left - 7, y(count) + 4, count, "end", "tick"))
    counts = []
    for b in bins:
        start, end = x(b.least) + 1.5, x(b.below) - 1.5
        middle = y(b.final)
        if b.final:
            parts.append(_block("strong", start, middle, end - start, floor - middle))
        if b.provisional:
            high = y(b.count)
            parts.append(_block("waiting", start, high, end - start, middle - high, hatch))
        if b.count:
            counts.append(_text((start + end) / 2, y(b.count) - 6, b.count, "middle", "count"))
    every = 1 if width == WIDE else 2
    edges = [*(b.least for b in bins[::every]), bins[-1].below]
    if len(edges) > 2 and edges[-1] - edges[-2] < edges[1] - edges[0]:
        del edges[-2]  # their figures would run into each other
    for edge in edges:
        parts.append(_line("axis", x(edge), floor, x(edge), floor + 4))
        parts.append(_text(x(edge), floor + 18, number(edge), "middle", "tick"))
    parts.append(_text(left + inner / 2, floor + 37, "points", "middle", "tick"))
    parts.append(_line("median", x(summary.median), top - 16, x(summary.median), floor))
    where = "start" if summary.median < points / 2 else "end"
    words = f"median {number(summary.median, 1)}"
    parts.append(_text(x(summary.median), top - 22, words, where, "label"))
    parts += counts  # above the median's line
    return Markup("").join(parts), floor + 44


def _bars(rows, width, hatch):
    pitch, thick = 52, 22
    parts = [hatching(hatch)]
    for place, row in enumerate(rows):
        top = place * pitch
        title = shown(f"{row.number}. {row.title}" if row.number else row.title)
        room = int(width / CHARACTER)
        parts.append(
            _text(
                0, top + 14, title if len(title) <= room else title[: room - 1] + "…", "start", ""
            )
        )
        counts = (
            ("strong", row.full),
            ("soft", row.some),
            ("none", row.nothing),
            ("waiting", row.waiting),
        )
        total, start = sum(count for _, count in counts), 0.0
        for kind, count in counts:
            if not count:
                continue
            wide = width * count / total
            parts.append(_block(kind, start + 0.5, top + 21, max(wide - 2, 0.6), thick, hatch))
            if wide > 12 + 8 * len(str(count)):
                parts.append(_text(start + wide / 2, top + 37, count, "middle", f"on-{kind}"))
            start += wide
    return Markup("").join(parts), len(rows) * pitch - (pitch - thick - 21) + 1


def _step(most):
    """A round distance between lines, so that there are three to six of them."""
    for power in range(12):
        for step in (1, 2, 5):
            if most / (step * 10**power) <= 5:
                return step * 10**power
    raise ValueError(f"no axis for {most}")


def _block(kind, x, y, width, height, hatch=""):
    fill = Markup(' fill="url(#{})"').format(hatch) if kind == "waiting" else ""
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"{}/>').format(
        kind, *(_figure(v) for v in (x, y, width, max(height, 0.0))), fill
    )


def _rect(kind, left, top, right, bottom):
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, *(_figure(v) for v in (left, top, max(right - left, 1.0), bottom - top))
    )


def _line(kind, x1, y1, x2, y2):
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, *map(_figure, (x1, y1, x2, y2))
    )


def _text(x, y, words, anchor, kind):
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        kind, _figure(x), _figure(y), anchor, words
    )


def _figure(value):
    return f"{value:.1f}"
