"""Part 3 of `dropout_in_practice`: dropout_layer, mlp_forward, mlp_backward, and their checks."""

import functools
import zlib

import numpy as np
import pytest
from wired import wired

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.checks.misconceptions import catalogue
from autograder.checks.practice.d2l_calls import right_layer
from autograder.checks.practice.every_mask import drawn_params
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme
from autograder.validate.sweep import namespace_of
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.cases import load_cases, reference_cells
from solutions.dropout_in_practice.oracles import nets

ASSIGNMENT = "dropout_in_practice"
STUBS = ("dropout_layer", "mlp_forward", "mlp_backward")
CHECKS = {
    name: f"test_{stub}"
    for stub in STUBS
    for name in load_scheme(ASSIGNMENT).cells[f"test_{stub}"].checks
}
WORKED = reference_cells()
CASES = [case for case in load_cases() if case.part == "d2l"]
ACCEPTED = [case for case in CASES if case.verdict == "accepted"]
WRONG = [case for case in CASES if case.verdict == "wrong"]


def judged(cells=None, seed=0, kind=LocalCandidate, only=None, **names):
    """{check: Outcome} of part 3 for the worked solution with other cells or other names."""
    namespace = namespace_of(WORKED | (cells or {}))
    namespace.update(names)
    candidate = kind(namespace)
    np.random.seed(seed)
    found = {}
    for stub in STUBS:
        grade_id = f"test_{stub}"
        if only is None or CHECKS[only] == grade_id:
            checks_seed = zlib.crc32(f"{grade_id} {seed}".encode())
            result = judge_cell(ASSIGNMENT, grade_id, candidate, oracle, checks_seed, only)
            found |= {o.check: o for o in result.outcomes}
    faults = [o.fault for o in found.values() if o.status == "grader_fault"]
    assert not faults, faults[0]
    return found


def failing(found):
    return {name for name, outcome in found.items() if outcome.mark != outcome.points}


def edited(stub, *edits):
    """{stub: the worked cell with (old, new) pairs, each of which occurs once}."""
    source = WORKED[stub]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {stub: source}


# ---- the oracle ----


@pytest.mark.parametrize("seed", range(20))
def test_worked_gradients_are_the_oracles(seed):
    """For the masks that the worked forward drew, and for the plain net at test time."""
    rng = np.random.default_rng(seed)
    params = {name: w * rng.normal() for name, w in drawn_params(rng, (4, 5, 3, 2)).items()}
    X, dscores = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    for training in (True, False):
        scores, cache = reference.mlp_forward(params, X, 0.4, 0.7, training)
        mask1, mask2 = (np.broadcast_to(cache[i], (3, n)) for i, n in ((1, 5), (3, 3)))
        np.testing.assert_allclose(nets.scores(params, X, mask1, mask2), scores, atol=1e-12)
        expected = nets.gradients(params, X, dscores, mask1, mask2)
        found = reference.mlp_backward(dscores, cache)
        for name, gradient in expected.items():
            np.testing.assert_allclose(found[name], gradient, atol=1e-12, err_msg=name)


def test_the_layer_that_stands_in_is_right():
    """It passes the checks of dropout_layer itself."""
    layer = right_layer(np.random.default_rng(3))
    assert failing(judged(dropout_layer=layer)) == set()


@pytest.mark.parametrize("argument", [None, "X", [[1], [2, 3]], np.zeros(2_000_000), object()])
def test_the_layer_that_stands_in_refuses_what_is_no_array(argument):
    """A student's code may send it anything."""
    with pytest.raises((TypeError, ValueError)):
        right_layer(np.random.default_rng(3))(argument, 0.5)


# ---- right work ----


@pytest.mark.parametrize("seed", range(100))
def test_the_worked_solution_is_never_wronged(seed):
    """Whatever is drawn; and the error bounds stay small."""
    found = judged(seed=seed)
    assert failing(found) == set()
    assert sum(outcome.error_bound for outcome in found.values()) < 5e-11


@pytest.mark.parametrize("kind", [LocalCandidate, wired], ids=["here", "over the wire"])
@pytest.mark.parametrize("case", ACCEPTED, ids=lambda c: c.name)
def test_a_right_solution_gets_full_marks(case, kind):
    """In any style, here and over the wire."""
    for seed in range(3):
        assert failing(judged(case.cells, seed, kind)) == set(), case.why


def test_a_layer_may_drop_a_unit_at_zero_now_and_then():
    """rand() > 0 is false once in 2 ** 24 draws of float32."""
    calls = []

    def layer(X, dropout):
        out = reference.dropout_layer(X, dropout)
        calls.append(dropout)
        if dropout == 0 and X.size > 100:
            out = out.copy()
            out.ravel()[17] = 0
        return out

    assert failing(judged(dropout_layer=layer)) == set()
    assert 0 in calls


# ---- wrong work ----


@pytest.mark.parametrize("kind", [LocalCandidate, wired], ids=["here", "over the wire"])
@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.name)
def test_a_wrong_solution_fails_in_its_own_cell(case, kind):
    """Its check fails, names the misconception, and no other function's checks fail."""
    found = judged(case.cells, kind=kind)
    outcome = found[case.caught_by]
    assert outcome.misconception == case.misconception, outcome
    assert {CHECKS[name] for name in failing(found)} == {CHECKS[case.caught_by]}, failing(found)


@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.name)
def test_a_check_asked_alone_decides_the_same(case):
    """No check rests on another having been run."""
    found = judged(case.cells, only=case.caught_by)
    assert found[case.caught_by].misconception == case.misconception


def test_every_check_has_a_fault_that_it_alone_catches():
    """No check is there in vain."""
    sole = [failing(judged(case.cells)) for case in WRONG]
    assert {next(iter(names)) for names in sole if len(names) == 1} == set(CHECKS)


def test_every_named_misconception_is_in_the_catalogue():
    """With the part to read again."""
    for case in WRONG:
        assert catalogue()[case.misconception].part == 3


def test_an_exact_count_costs_half_of_one_check():
    """It is not independent dropping, and little else is wrong with it."""
    case = next(c for c in WRONG if c.name == "d2l_layer_exact_count")
    found = judged(case.cells)
    assert failing(found) == {"layer_drops_independently"}
    assert found["layer_drops_independently"].mark == 0.25


def test_messages_say_which_probability_is_meant():
    """Dropping and keeping are told apart in the text of the commonest mistake."""
    case = next(c for c in WRONG if c.name == "d2l_layer_comparison_turned")
    outcome = judged(case.cells)["layer_drops_the_right_fraction"]
    assert "dropout_layer(X, 0.25)" in outcome.called
    assert "dropped" in outcome.returned
    assert "kept" in outcome.returned
    assert "a fraction 0.75 should be kept" in outcome.expected
    assert "DROPPING" in catalogue()[outcome.misconception].advice


# ---- one mistake is punished once ----


@pytest.mark.parametrize("kind", [LocalCandidate, wired], ids=["here", "over the wire"])
def test_a_missing_layer_costs_its_own_cell_only(kind):
    """The net is judged with a right layer in its place."""
    stub = "def dropout_layer(X, dropout):\n    raise NotImplementedError\n"
    assert {CHECKS[name] for name in failing(judged({"dropout_layer": stub}, kind=kind))} == {
        "test_dropout_layer"
    }


def test_a_layer_that_always_raises_refuses_nothing():
    """An error at every dropout is worth nothing, least of all as a refusal."""
    found = judged({"dropout_layer": "def dropout_layer(X, dropout):\n    raise ValueError\n"})
    assert failing(found) == {name for name, cell in CHECKS.items() if cell == "test_dropout_layer"}


def test_a_seed_in_forward_shows_although_the_layer_is_replaced():
    """Also where the masks are right otherwise, and where only the second layer's are frozen."""
    seed = ("    mask2 = dropout_layer", "    np.random.seed(1)\n    mask2 = dropout_layer")
    found = judged(edited("mlp_forward", seed))
    assert failing(found) == {"each_layer_has_its_probability"}
    assert found["each_layer_has_its_probability"].misconception == "practice-mlp-frozen-masks"


def test_a_seed_in_the_layer_does_not_cost_the_net():
    """It has cost the layer's own points."""
    old = "    mask = np.random.rand"
    found = judged(edited("dropout_layer", (old, "    np.random.seed(1)\n" + old)))
    assert failing(found) == {"layer_draws_anew"}


def test_backward_is_judged_by_the_students_own_forward():
    """Whatever scale, rate or structure forward has, a backward that fits it is right."""
    forwards = [c for c in WRONG if c.name.startswith("d2l_forward_")]
    assert len(forwards) > 15
    for case in forwards:
        names = failing(judged(case.cells, only="mlp_gradients_are_right"))
        assert names == set(), case.name


def test_a_backward_without_masks_shows_beside_a_wrong_forward():
    """The masks are found with the forward's own scale."""
    case = next(c for c in WRONG if c.name == "d2l_forward_not_rescaled")
    backward = edited("mlp_backward", ("dh2 * mask2", "dh2"), ("dh1 * mask1", "dh1"))
    found = judged(case.cells | backward)["mlp_gradients_are_right"]
    assert found.misconception == "practice-mlp-backward-without-mask"


def test_gradients_beside_a_forward_of_another_net_are_held_against_its_differences():
    """No masks explain the scores: at test time the slopes tell a wrong gradient all the same."""
    case = next(c for c in WRONG if c.name == "d2l_forward_relu_on_the_scores")
    right = judged(case.cells, only="mlp_gradients_are_right")
    assert failing(right) == set()
    wrong = {
        "mlp_backward": case.cells["mlp_backward"].replace(
            "return grads", "return grads | {'b1': 2 * grads['b1']}"
        )
    }
    assert failing(judged(case.cells | wrong, only="mlp_gradients_are_right"))


def test_a_net_of_zeros_with_gradients_of_zero_is_worth_nothing():
    """Constant scores agree with constant gradients; that is no net."""
    cells = {
        "mlp_forward": "def mlp_forward(params, X, dropout_1, dropout_2, training):\n"
        "    return np.zeros((len(X), params['b3'].size)), params\n",
        "mlp_backward": "def mlp_backward(dscores, cache):\n"
        "    return {name: 0 * w for name, w in cache.items()}\n",
    }
    found = judged(cells)
    assert sum(found[name].mark for name in found if CHECKS[name] != "test_dropout_layer") == 0


# ---- hostile values ----


class Odd:
    """An object that cannot be sent."""


def raises(*_):
    raise KeyboardInterrupt


HOSTILE = {
    "none": lambda *_: None,
    "text": lambda *_: "\x1b[31m" * 100,
    "nan": lambda X, *_: np.full(np.shape(X), np.nan),
    "infinite": lambda X, *_: np.full(np.shape(X), np.inf),
    "huge": lambda X, *_: np.full(np.shape(X), 1e308),
    "tiny": lambda X, *_: np.full(np.shape(X), 1e-308),
    "alternating": lambda X, *_: np.resize([1e308, -1e308, 0, 1e-300], np.shape(X)),
    "long integer": lambda *_: 10**5000,
    "list of long integers": lambda *_: [10**400] * 3,
    "ragged": lambda *_: [[1.0], [1.0, 2.0]],
    "empty": lambda *_: np.zeros((0, 3)),
    "scalar": lambda *_: 0.0,
    "complex": lambda X, *_: np.zeros(np.shape(X), complex),
    "objects": lambda X, *_: np.full(np.shape(X), None),
    "object": lambda *_: Odd(),
    "generator": lambda *_: (i for i in range(3)),
    "dictionary": lambda *_: {"W1": "a", 3: Odd},
    "too many": lambda X, *_: np.zeros((*np.shape(X), 2)),
    "function": lambda *_: raises,
    "error": raises,
    "zeros": lambda X, *_: np.zeros(np.shape(X)),
}


@pytest.mark.parametrize("kind", [LocalCandidate, wired], ids=["here", "over the wire"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_layer_earns_nothing_and_harms_nothing(name, kind):
    """No fault of the grader's, and no points in the layer's own cell."""
    found = judged(kind=kind, dropout_layer=HOSTILE[name])
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "test_dropout_layer"}
    assert sum(marks.values()) == 0, marks
    assert {CHECKS[n] for n in failing(found)} == {"test_dropout_layer"}


def pair(value):
    """A forward that returns `value(of the scores' shape)` and a cache."""

    def mlp_forward(params, X, *_):
        return value(np.zeros((len(X), params["b3"].size))), (params, X)

    return mlp_forward


def six(value):
    """A backward that returns `value` for each gradient."""

    def mlp_backward(dscores, cache):
        return {name: value(dscores) for name in ("W1", "b1", "W2", "b2", "W3", "b3")}

    return mlp_backward


@pytest.mark.parametrize("wrap", [pair, lambda value: value], ids=["scores", "everything"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_forward_earns_nothing(name, wrap):
    """Neither as its scores nor as all that it returns."""
    found = judged(mlp_forward=wrap(HOSTILE[name]))
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "test_mlp_forward"}
    assert sum(marks.values()) == 0, marks


@pytest.mark.parametrize("wrap", [six, lambda value: value], ids=["gradients", "everything"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_backward_earns_nothing(name, wrap):
    """Neither as its gradients nor as all that it returns."""
    found = judged(mlp_backward=wrap(HOSTILE[name]))
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "test_mlp_backward"}
    assert sum(marks.values()) == 0, marks


@pytest.mark.parametrize("factor", [1e300, 1e-300, -1.0, 1e6])
def test_odd_scales_are_the_students_fault(factor):
    """Masks of any size are read without a fault of the grader's."""

    @functools.wraps(reference.mlp_forward)
    def mlp_forward(*args):
        scores, cache = reference.mlp_forward(*args)
        return scores * factor, cache

    found = judged(mlp_forward=mlp_forward)
    assert "both_hidden_layers_are_dropped" in failing(found)
