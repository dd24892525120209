"""Variants: drawn the same everywhere, many, and such that no two mistakes look alike."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest

from autograder.quiz.proof.cases import problems_of_cases
from autograder.quiz.proof.check_variants import AT_LEAST, check_variants
from autograder.quiz.proof.collisions import problems_of_collisions
from autograder.quiz.questions import (
    BASE,
    COUNTS,
    ITEMS,
    question,
    variant_from_code,
    variant_of,
)
from autograder.quiz.questions.variants import TABLES

SECRET = "a secret of the term, for tests"


def test_a_student_has_the_same_variant_in_every_run():
    # Worked out once: a change of these codes gives every student another paper.
    assert variant_of("kim", SECRET).code == "9-14-1-12"
    assert variant_of("2023-12345", SECRET.encode()).code == "15-18-14-11"
    program = f"from autograder.quiz.questions import *; print(variant_of('kim', {SECRET!r}).code)"
    for seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == variant_of("kim", SECRET).code


def test_another_student_or_term_or_item_is_drawn_anew():
    codes = [variant_of(f"student{n}", SECRET).code for n in range(200)]
    assert len(set(codes)) > 195
    other_term = [variant_of(f"student{n}", SECRET + "!").code for n in range(200)]
    assert sum(a == b for a, b in zip(codes, other_term, strict=True)) < 5
    first, second = zip(*(code.split("-")[:2] for code in codes), strict=True)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 30


def test_no_variant_is_preferred():
    drawn = [variant_of(f"s{n}", SECRET) for n in range(4_000)]
    for place, count in enumerate(COUNTS):
        seen = Counter(v.code.split("-")[place] for v in drawn)
        assert len(seen) == count
        expected = 4_000 / count
        # Chi-squared with some 23 degrees of freedom; a fixed draw, so this cannot be flaky.
        assert sum((n - expected) ** 2 / expected for n in seen.values()) < 60


def test_without_a_secret_everybody_has_the_original_quiz():
    assert variant_of("kim", "") == variant_of("lee", None) == BASE
    assert BASE.code == "1-1-1-1"
    letters = BASE.forward
    assert (letters.mask, letters.activation, letters.output) == ("D", "Y", "H")
    assert (BASE.convolution.x_shape, BASE.convolution.w_shape) == ((3, 3), (2, 2))


def test_there_are_enough_variants_and_none_twice():
    for table in TABLES:
        contents = {repr(replace(variant, number=0)) for variant in table}
        assert len(contents) == len(table) >= AT_LEAST
        assert [variant.number for variant in table] == list(range(1, len(table) + 1))


@pytest.mark.parametrize("code", ["7-3-12-5", "1-1-1-1", " 24-24-21-24 "])
def test_a_code_names_its_variant(code):
    assert variant_from_code(code).code == code.strip()


@pytest.mark.parametrize(
    "code",
    ["", "1-1-1", "0-1-1-1", "1-1-1-25", "1-1-1-1-1", "a-b-c-d", "1 1 1 1", "٣-1-1-1", None, 7],
)
def test_a_wrong_code_is_refused_with_an_example(code):
    with pytest.raises(ValueError, match="7-3-12-5"):
        variant_from_code(code)


@pytest.mark.parametrize("item", ITEMS)
def test_questions_name_the_variants_letters_and_hold_no_answer(item):
    for table in TABLES:
        for number in (1, len(table)):
            variant = variant_from_code("-".join([str(min(number, n)) for n in COUNTS]))
            text = question(item, variant).text
            letters = variant.of(item)
            for name in ("mask", "activation", "output", "x", "w", "o"):
                assert getattr(letters, name, "") in text
            assert "{{" not in text
            assert "Undefined" not in text


def test_the_points_are_those_of_the_assignment():
    points = [question(item, BASE).points for item in ITEMS]
    bonus = [question(item, BASE).is_bonus for item in ITEMS]
    assert (sum(points[:4]), points[4], bonus) == (15, 5, [False] * 4 + [True])


@pytest.mark.parametrize("item", ITEMS)
def test_variants_fit_together(item):
    numbers = {1, 9, 16} if item != "general" else {6}
    problems, counts = check_variants([item], numbers=numbers)
    assert [str(problem) for problem in problems] == []
    assert counts[item]["right forms"] >= 12
    assert counts[item]["mistakes"] >= 12


def test_a_variant_in_which_keeping_and_dropping_look_alike_is_found():
    half = replace(BASE, forward=replace(BASE.forward, value=Fraction(1, 2)))
    found = [str(problem) for problem in problems_of_collisions("forward", 0, half)]
    assert any("forward-times-keep and forward-times-drop" in problem for problem in found)
    assert not list(problems_of_collisions("forward", 1, BASE))


def test_a_stride_that_hides_a_missing_padding_is_found():
    hidden = replace(BASE, general=replace(BASE.general, stride=2, pad=2))
    found = [str(problem) for problem in problems_of_collisions("general", 0, hidden)]
    assert any("general-padding-missing and general-off-by-one" in problem for problem in found)


def test_a_case_that_no_longer_gets_its_verdict_is_found(monkeypatch):
    half = replace(BASE, forward=replace(BASE.forward, value=Fraction(1, 2)))
    assert any("over_drop" in str(problem) for problem in problems_of_cases("forward", 0, half))


@pytest.mark.sweep
def test_all_variants_of_all_items_fit_together():
    problems, counts = check_variants()
    assert [str(problem) for problem in problems] == []
    assert sum(count["judged"] for count in counts.values()) > 5_000
