"""Characters: one spelling for the many that look alike.

Every character is replaced by itself, by a few ASCII characters, or refused. NFKC over the whole
text would be wrong: it turns X² into X2 and 3½ into 31/2.
"""

import unicodedata

from .errors import Unreadable

SUBSCRIPTS = dict(
    zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+-=()aehijklmnoprstuvx", strict=True)
)
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱᵀ", "0123456789+-()niT", strict=True))
SAME = {
    **dict.fromkeys("−–—‐‑‒﹣", "-"),
    **dict.fromkeys("×✕✖⨯╳", "×"),
    **dict.fromkeys("·⋅∙•・･‧◦∘○⊙⨀◯⊗⊛", "⊙"),
    **dict.fromkeys("·⋅∙•・･‧", "·"),
    **dict.fromkeys("∗＊⁎⋆★", "*"),
    **dict.fromkeys("÷∕⁄／", "/"),
    **dict.fromkeys("∑Σ⅀", "Σ"),
    **dict.fromkeys("∂", "∂"),
    **dict.fromkeys("’′‵´ʹ＇", "'"),
    **dict.fromkeys("“”„＂«»", '"'),
    **dict.fromkeys("⟨〈【[〔", "["),
    **dict.fromkeys("⟩〉】]〕", "]"),
    **dict.fromkeys("、，،", ","),
    **dict.fromkeys("。．", "."),
    **dict.fromkeys("∼～", "~"),
    **dict.fromkeys("≤⩽≦", "≤"),
    **dict.fromkeys("≥⩾≧", "≥"),
    **dict.fromkeys("←≔≜≝", "="),
    **dict.fromkeys("⇒⟹→⟶∴⇔", "⇒"),
    **dict.fromkeys("∈", "∈"),
    **dict.fromkeys("≠", "≠"),
    **dict.fromkeys("∇", "∇"),
    **dict.fromkeys("…⋯", "…"),
    **dict.fromkeys("\u2028\u2029\x85\x0b\x0c", "\n"),
}
INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f")
MOVING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters of other scripts that cannot be told from Latin ones on a screen.
LOOKS_LIKE = {
    **dict(zip("АВЕЅІЈКМНОРСТХҮԜасеорхуѕіјһԛԝ", "ABESIJKMHOPCTXYWaceopxysijhqw", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo", strict=True)),
}
ACCENTS = {
    "\u0303": "\u0303",  # tilde
    "\u0302": "\u0302",  # hat
    "\u0304": "\u0304",  # bar
    "\u0305": "\u0304",
}
ASCII = frozenset(map(chr, range(32, 127))) | {"\n"}


def fold(text):
    """Returns (folded, positions, notes): positions[i] is where folded[i] stood in the text.

    Raises Unreadable for characters that cannot be meant.
    """
    folded, positions, notes = [], [], []
    script = ""  # the sub- or superscript characters that a brace stands open for

    def put(characters, position):
        folded.extend(characters)
        positions.extend([position] * len(characters))

    for position, character in enumerate(text):
        level = "_" if character in SUBSCRIPTS else "^" if character in SUPERSCRIPTS else ""
        if level != script:
            put("}" if script else "", position)
            put(level + "{" if level else "", position)
            script = level
        if level:
            put((SUBSCRIPTS if level == "_" else SUPERSCRIPTS)[character], position)
        elif character in SAME:
            put(SAME[character], position)
        elif character in ASCII:
            put(character, position)
        elif character not in INVISIBLE:
            put(_other(character, position, notes), position)
    put("}" if script else "", len(text))
    return "".join(folded), positions, tuple(dict.fromkeys(notes))


def _other(character, position, notes):
    if character in "\t\r" or unicodedata.category(character) == "Zs":
        return " "
    if character in MOVING:
        raise Unreadable(
            f"here an invisible character turns the writing direction (U+{ord(character):04X})",
            position,
            hint="Type the formula anew instead of copying it.",
            kind="character",
        )
    if character in LOOKS_LIKE:
        latin = LOOKS_LIKE[character]
        notes.append(
            f"{character} is the {_script(character)} letter, which looks like {latin}: "
            f"read as {latin}."
        )
        return latin
    if character in ACCENTS:
        return ACCENTS[character]
    if unicodedata.category(character)[0] == "C":
        raise Unreadable(
            f"here is an invisible character (U+{ord(character):04X})",
            position,
            hint="Delete it, or type the formula anew instead of copying it.",
            kind="character",
        )
    return _decomposed(character, position, notes)


def _decomposed(character, position, notes):
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    plain = unicodedata.normalize("NFKD", character)
    if "\N{FRACTION SLASH}" in plain and plain[0].isdigit() and plain[-1].isdigit():
        return "(" + plain.replace("\N{FRACTION SLASH}", "/") + ")"
    first, rest = plain[0], plain[1:]
    if rest and all(mark in ACCENTS for mark in rest):  # Ŷ
        return first + "".join(ACCENTS[mark] for mark in rest)
    if not rest and first != character:  # bold, full-width, ...
        if first in SAME or first in LOOKS_LIKE:
            return SAME.get(first) or LOOKS_LIKE[first]
        if first in ASCII or first.isalpha():
            return first
    if character.isalpha() or character.isdigit():
        return character
    raise Unreadable(
        f"{character} (U+{ord(character):04X}) is no sign that is read here",
        position,
        hint="Use + - * / ^, brackets, letters and numbers.",
        kind="character",
    )


def _script(character):
    return unicodedata.name(character, "foreign").split()[0].capitalize()
