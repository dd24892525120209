"""Reading formulas: what is read how, what is refused and where; writing undoes reading."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quiz_formulas import ANSWERS, VOCABULARY

from autograder.quiz import reading
from autograder.quiz.questions import BASE, question
from autograder.quiz.reading import (
    Unreadable,
    ambiguities,
    as_plain,
    as_tex,
    as_unicode,
    check_syntax,
    echo,
    read,
    read_all,
)
from autograder.quiz.reading.limits import MAX_CHARACTERS

FORWARD = question("forward", BASE).vocabulary
SMALL = question("convolution", BASE).vocabulary
GENERAL = question("general", BASE).vocabulary
GRADIENTS = question("extension", BASE).vocabulary


def read_or_error(text, vocabulary):
    """(a Read or None, None or the Unreadable)."""
    try:
        return read_all(text, vocabulary), None
    except Unreadable as error:
        return None, error


# (vocabulary, text, how it is read)
FORMS = [
    (FORWARD, "D*Y/p", "D*Y/p"),
    (FORWARD, "DY/p", "D*Y/p"),
    (FORWARD, "D ⊙ Y ÷ p", "D*Y/p"),
    (FORWARD, r"\frac{D \odot Y}{p}", "D*Y/p"),
    (FORWARD, r"\frac1p D", "1/p*D"),
    (FORWARD, r"\frac12 D", "1/2*D"),
    (FORWARD, "D.*Y./p", "D*Y/p"),
    (FORWARD, "1/p D∘Y", "1/p*D*Y"),
    (FORWARD, "D Y/2p", "D*Y/(2*p)"),
    (FORWARD, "1/2p", "1/(2*p)"),
    (FORWARD, "Y·D·p⁻¹", "Y*D*p^(-1)"),
    (FORWARD, "p**-1*D", "p^(-1)*D"),
    (FORWARD, "½ D", "1/2*D"),
    (FORWARD, "3½", "3*(1/2)"),
    (FORWARD, "D²", "D^2"),
    (FORWARD, "D*Y/0,8", "D*Y/0.8"),
    (FORWARD, "D x Y", "D*Y"),
    (FORWARD, "d*y/P", "D*Y/p"),
    (FORWARD, "mask*x/p", "D*Y/p"),
    (FORWARD, "𝐃⊙𝑌／ｐ", "D*Y/p"),
    (FORWARD, "정답: D*Y/p 입니다.", "D*Y/p"),
    (FORWARD, "H는 D*Y/p", "H = D*Y/p"),
    (FORWARD, "H is D*Y/p", "H = D*Y/p"),
    (FORWARD, "Answer: H = D*Y/p, where D ~ Bernoulli(p)", "H = D*Y/p"),
    (FORWARD, "(a) H = D*Y/p", "H = D*Y/p"),
    (FORWARD, "H^{(l)} = D^{(l)} Y^{(l)}/p", "H = D*Y/p"),
    (FORWARD, "Y/p if D = 1, 0 otherwise", "Y/p if D = 1, 0 otherwise"),
    (FORWARD, "0 when D = 0; Y/p when D = 1", "0 if D = 0, Y/p if D = 1"),
    (FORWARD, "H = S*Y; S = D/p", "H = S*Y\nS = D/p"),
    (FORWARD, "H = mask*Y; mask = D/p", "H = mask*Y\nmask = D/p"),
    (FORWARD, "-D*Y", "-D*Y"),
    (FORWARD, "D - -Y", "D - (-Y)"),
    (FORWARD, "D^T Y", "D^T*Y"),
    (FORWARD, '"D*Y/p"', "D*Y/p"),
    (FORWARD, "dL/dH * D/p", "dL/dH*D/p"),
    (FORWARD, "∂L/∂H D/p", "dL/dH*D/p"),
    (FORWARD, r"\frac{\partial L}{\partial \mathbf{H}} \odot \frac{D}{p}", "dL/dH*(D/p)"),
    (FORWARD, r"\dfrac{\mathrm{d}L}{\mathrm{d}H}", "dL/dH"),
    (FORWARD, "dLdH", "dL/dH"),
    (FORWARD, "dL_dH", "dL/dH"),
    (FORWARD, "(dL)/(dH)", "dL/dH"),
    (FORWARD, "dH*D", "dL/dH*D"),
    (FORWARD, "∇_H L", "dL/dH"),
    (FORWARD, "dout", "dL/dH"),
    (SMALL, "X11W11 + X12W12", "X[1,1]*W[1,1] + X[1,2]*W[1,2]"),
    (SMALL, "X_11*W_11", "X[1,1]*W[1,1]"),
    (SMALL, "X₁₁W₁₂", "X[1,1]*W[1,2]"),
    (SMALL, "X_{1,1}W_{1 2}", "X[1,1]*W[1,2]"),
    (SMALL, "X_1,1W_1,2", "X[1,1]*W[1,2]"),
    (SMALL, "X1,1*W1,2", "X[1,1]*W[1,2]"),
    (SMALL, "X_{1}{1} W_1_2", "X[1,1]*W[1,2]"),
    (SMALL, "X[0,0]*W[0][1]", "X[0,0]*W[0,1]"),
    (SMALL, "X(1,1)W(1,2)", "X[1,1]*W[1,2]"),
    (SMALL, "x11xw12", "X[1,1]*W[1,2]"),
    (SMALL, "x_ijw_kl", "X[i,j]*W[k,l]"),
    (SMALL, "X_{ij+1}", "X[i,j + 1]"),
    (SMALL, "[X11, X12; X21, X22]", "[[X[1,1], X[1,2]], [X[2,1], X[2,2]]]"),
    (SMALL, r"\begin{bmatrix}X_{11} & X_{12}\end{bmatrix}", "[[X[1,1], X[1,2]]]"),
    (SMALL, "- O11: X11\n- O12: X12", "O[1,1] = X[1,1]\nO[1,2] = X[1,2]"),
    (SMALL, "O11 = X11 +\n X12", "O[1,1] = X[1,1] + X[1,2]"),
    (GENERAL, "X_{n,c,is+k-P,js+l-P}", "X[n,c,i*s + k - P,j*s + l - P]"),
    (GENERAL, "W_{fckl}", "W[f,c,k,l]"),
    (GENERAL, "W_{fc,k,l}", "W[f,c,k,l]"),
    (GENERAL, "X_pad[n,c,i,j] + X^{pad}_{ncij}", "Xpad[n,c,i,j] + Xpad[n,c,i,j]"),
    (GENERAL, "Σ_{c,k} b_c", "sum_{c} sum_{k} b[c]"),
    (GENERAL, r"\sum_{c=1}^{C}\sum_{k=1}^{HH} b_k", "sum_{c=1}^{C} sum_{k=1}^{HH} b[k]"),
    (GENERAL, "sum_{c=0}^C-1 b[c]", "sum_{c=0}^{C - 1} b[c]"),
    (GENERAL, "Σ_{0≤k<HH} b_k", "sum_{k=0}^{HH - 1} b[k]"),
    (GENERAL, "sum(c=0..C-1) b[c] + 1", "sum_{c=0}^{C - 1} b[c] + 1"),
    (GENERAL, r"\sum_{c,k=0}^{C-1,HH-1} b_c", "sum_{c=0}^{C - 1} sum_{k=0}^{HH - 1} b[c]"),
    (GENERAL, "Σ_{k_1=1}^{HH} b_{k_1}", "sum_{k_1=1}^{HH} b[k_1]"),
    (GENERAL, "Σ_{i'=1}^{HH} b_{i'}", "sum_{i'=1}^{HH} b[i']"),
    (GRADIENTS, "dL/dX11 = G11 W11", "dL/dX[1,1] = G[1,1]*W[1,1]"),
    (GRADIENTS, "dL/dO_{12} + dout[1,2]", "dL/dO[1,2] + dL/dO[1,2]"),
]


@pytest.mark.parametrize(("vocabulary", "text", "expected"), FORMS)
def test_forms_are_read(vocabulary, text, expected):
    assert as_plain(read(text, vocabulary)) == expected


# (text, kind, position, a word of the message)
REFUSED = [
    ("", "blank", None, "nothing"),
    (" \n\t ", "blank", None, "nothing"),
    ("D*(Y/p", "syntax", 2, "not closed"),
    ("D*Y)/p", "syntax", 3, "closes nothing"),
    ("(D*Y]/p", "syntax", 4, "closes a ("),
    ("D*/p", "syntax", 2, "cannot stand"),
    ("D*Y/", "syntax", 4, "missing"),
    ("D @ Y", "syntax", 2, "matrix product"),
    ("D^p", "syntax", 2, "whole number"),
    ("9**9**9**9", "syntax", 4, "power of a power"),
    ("D^99", "too-large", 2, "at most 12"),
    ("1234567890123", "too-large", 0, "digits"),
    ("D*foobar/p", "word", 2, "foobar"),
    ("D*Y and then /p", "word", 4, "inside the formula"),
    ("hello world", "word", 0, "no formula"),
    ("__import__('os')", "code", 0, "code"),
    ("np.sum(D*Y)/p", "code", 0, "code"),
    ("lambda D: D*Y", "code", 0, "code"),
    ("X[:, 0]*Y", "code", 1, "code"),
    ("D*Y\u202e/p", "character", 3, "writing direction"),
    ("D*Y\x07/p", "character", 3, "invisible"),
    ("D*Y\ud800/p", "character", 3, "invisible"),
    ("D*Y/p 💥", "character", 6, "no sign"),
    (r"\evil{D}", "syntax", 0, "LaTeX command"),
    ("D*Y/p ...", "syntax", 6, "dots"),
    ("sum(D*Y)", "syntax", 0, "over which letter"),
    ("D = = Y", "syntax", 4, "missing"),
    ("[[D, Y],[p]]", "syntax", None, "differ in length"),
]


@pytest.mark.parametrize(("text", "kind", "position", "word"), REFUSED)
def test_what_cannot_be_read_is_pointed_at(text, kind, position, word):
    with pytest.raises(Unreadable) as caught:
        read(text, FORWARD)
    error = caught.value
    assert error.kind == kind
    assert word in error.message
    if position is not None:
        assert error.position == position
        line, caret, *_ = error.rendering.split("\n")
        assert caret.index("^") == position, (line, caret)
    check = check_syntax(text, FORWARD)
    assert not check.ok
    assert check.message == error.rendering
    assert "quiz-unreadable" in echo(text, FORWARD)


def test_the_caret_stands_right_beside_wide_letters_and_in_long_texts():
    with pytest.raises(Unreadable) as caught:
        read("정답 D*)Y", FORWARD)
    line, caret, *_ = caught.value.rendering.split("\n")
    assert (line, caret.index("^")) == ("정답 D*)Y", 7)  # each Korean letter is two wide
    with pytest.raises(Unreadable) as caught:
        read("D*Y/p\n" + "D+" * 200 + ")" + "+D" * 200, FORWARD)
    line, caret, *_ = caught.value.rendering.split("\n")
    assert line[caret.index("^")] == ")"
    assert len(line) < 90


def test_errors_show_no_control_characters():
    with pytest.raises(Unreadable) as caught:
        read("D*\x1b[31mY\u202e/p", FORWARD)
    assert "\x1b" not in caught.value.rendering
    assert "\u202e" not in caught.value.rendering
    assert "\x1b" not in echo("D*\x1b[31mY", FORWARD)


HOSTILE = {
    "megabyte": "D*" * 500_000,
    "brackets": "(" * 10_000,
    "brackets within the limit": "(" * 1_900 + "D" + ")" * 1_900,
    "towers": "9**9**9**9",
    "import": "__import__('os').system('ls')",
    "control": "\x00\x01\x02D*Y/p",
    "bidi": "\u202eD*Y/p\u202c",
    "minus": "-" * 3_900 + "D",
    "slashes": "D" + "/p" * 1_900,
    "juxtaposed": "a/b c" * 700,
    "powers": "(" * 20 + "D" + ")^9" * 20,
    "sums": "Σ_{i=1}^{9} " * 300 + "D",
    "commands": "\\frac" * 700,
    "environments": "\\begin{cases}" * 280,
    "subscripts": "X_" * 1_900,
    "newlines": "D\n" * 1_900,
    "commas": "D," * 1_900,
    "bars": "|" * 3_900,
    "letters": "D" * 3_900,
    "primes": "D" + "'" * 3_900,
    "superscripts": "D" + "²" * 3_900,
    "words": "where " * 600,
    "quotes": "'" * 3_999,
    "zero width": "\u200b" * 3_900 + "D",
    "combining": "D" + "\u0303" * 3_900,
    "private": "\ue000" * 100,
    "differentials": "dL/d" * 900,
    "dollars": "$" * 3_900,
    "braces": "\\{" * 1_900,
    "long differentials": r"\frac{dL}{d" * 300,
    "matrix": "[[" * 1_900,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_gets_an_answer_in_bounded_work(name):
    text = HOSTILE[name]
    found, error = read_or_error(text, FORWARD)
    if error:
        assert error.message
        assert len(error.rendering) < 1_000
    else:
        assert found.steps < 20 * MAX_CHARACTERS
        as_tex(found.tree), as_plain(found.tree)
    assert len(echo(text, FORWARD)) < 60_000


def test_reading_takes_steps_in_proportion_to_the_text():
    def steps(n):
        return read_all("+".join(["D*Y/p"] * n), FORWARD).steps

    assert steps(200) <= 2.1 * steps(100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D*Y/р", "the Cyrillic letter"),
        ("Χ11*W11", "the Greek letter"),
    ],
)
def test_letters_that_look_alike_are_read_and_named(text, expected):
    found = read_all(text, SMALL if "W" in text else FORWARD)
    assert any(expected in note for note in found.notes)
    assert as_plain(found.tree) in ("D*Y/p", "X[1,1]*W[1,1]")


@pytest.mark.parametrize(
    ("text", "shown", "other"),
    [
        ("D Y/2p", "D*Y/(2*p)", "D*Y/2*p"),
        ("1/2p", "1/(2*p)", "1/2*p"),
        ("1/pD", "1/(p*D)", "1/p*D"),
        ("1/p(D*Y)", "1/(p*(D*Y))", "1/p*(D*Y)"),
        ("1/p D", "1/p*D…", "1/(p*D…)"),
        ("dY/p", "dL/dY", "D*Y"),
    ],
)
def test_ambiguous_places_are_named_both_ways(text, shown, other):
    (place,) = ambiguities(text, FORWARD)
    assert (place.shown, place.other) == (shown, other)
    assert f"taken as {shown}, not as {other}" in check_syntax(text, FORWARD).message


def test_the_other_reading_of_an_ambiguous_text_is_there_for_judging():
    assert [as_plain(t) for t in read_all("D Y/2p", FORWARD).others] == ["D*Y/2*p"]
    assert read_all("D*Y/(2p)", FORWARD).others == ()
    assert read_all("D*Y/p", FORWARD).ambiguities == ()
    assert ambiguities("D^2Y", FORWARD)[0].shown == "D^2*Y"


def test_the_echo_shows_tex_and_text_and_nothing_of_the_students_markup():
    shown = echo("H = D*Y/p, where <script>alert(1)</script>", FORWARD)
    assert "<script" not in shown
    assert r"$H = \frac{D \cdot Y}{p}$" in echo("H = D*Y/p", FORWARD)
    assert "<code>H = D*Y/p</code>" in echo("H = D*Y/p", FORWARD)


def test_a_letter_that_the_question_lacks_is_named():
    assert "Not in the question: Q." in check_syntax("D*Q/p", FORWARD).message
    assert "Not in the question" not in check_syntax("H_i = D_i*Y_i/p", FORWARD).message
    assert "Not in the question" not in check_syntax("Σ_{a=1}^{C} b_a", GENERAL).message


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANSWERS)
def test_writing_and_reading_again_gives_the_same_tree(tree):
    for text in (as_plain(tree), as_unicode(tree), as_tex(tree)):
        assert read(text, VOCABULARY) == tree, text


@settings(max_examples=120, deadline=None)
@given(st.text(alphabet="DYpXW0123456789+-*/^_(){}[],;=. \\$∂Σ⊙₁²dLH'\nfracsum", max_size=40))
def test_any_text_is_read_or_refused(text):
    for vocabulary in (FORWARD, SMALL, GENERAL):
        found, error = read_or_error(text, vocabulary)
        if error:
            assert error.position is None or 0 <= error.position <= len(text)
        else:
            assert read(as_plain(found.tree), vocabulary) is not None
        echo(text, vocabulary)


def test_reading_needs_nothing_but_the_standard_library():
    folder = Path(reading.__file__).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            else:
                assert getattr(node, "level", 1) <= 1, f"{file.name} reaches out of its folder"
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, (file.name, name)


def test_reading_works_wherever_it_is_copied(tmp_path):
    folder = Path(reading.__file__).parent
    copy = tmp_path / "formulas"
    copy.mkdir()
    for file in folder.glob("*.py"):
        (copy / file.name).write_text(file.read_text("utf-8"), "utf-8")
    program = "import formulas; print(formulas.as_plain(formulas.read('D*Y/p')))"
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {program}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "D*Y/p"
