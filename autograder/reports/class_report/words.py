"""Numbers, times and words as the report shows them."""

import unicodedata

# Control and format characters, surrogates, private ones, line and paragraph separators.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
WANTED = "\n\t\u200c\u200d"  # the last two join letters, as names in many scripts need it


def shown(text):
    """Text with what is not to be seen, or turns the direction of writing, made visible."""
    return "".join(
        c if c in WANTED or unicodedata.category(c) not in HIDDEN else f"\\u{ord(c):04x}"
        for c in str(text)
    )


def duration(seconds):
    """Seconds as people say them: 0.8 s, 43 s, 5 min, 3.2 h, 2.5 days."""
    for most, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < most:
            digits = 1 if seconds / size < 10 else 0
            return f"{number(seconds / size, digits)} {unit}"
    return f"{number(seconds / 86400, 1)} days"


def percent(share):
    """A share from 0 to 1 in whole percent; neither 0 nor 100 unless it is exactly that."""
    rounded = round(100 * share)
    if rounded == 0 and share > 1e-9:
        return "<1 %"
    if rounded == 100 and share < 1 - 1e-9:
        return ">99 %"
    return f"{rounded} %"


def fixed(value):
    """A number with two digits, so that a column of them can be compared."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def sentence(words):
    """Words with a capital at the beginning, unless that is a symbol, as in "p is ..."."""
    first = words.split(" ", 1)[0]
    return words if len(first) == 1 and first != "a" else words[:1].upper() + words[1:]


def number(value, digits=2):
    """A number without needless digits, and with a minus sign for negative ones."""
    text = f"{round(value, digits) + 0.0:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
