"""The published figures beside ours, and the door to `solutions`."""

import contextlib
import dataclasses
import importlib
import io
import json
from pathlib import Path

import numpy as np
import pytest

from autograder import oracle
from autograder.figures import dropout as figures

NOTEBOOK = Path(__file__).parent.parent / "source" / "dropout" / "dropout.ipynb"


@pytest.fixture(scope="module")
def ours():
    """Our numbers for seed 001, computed once."""
    state = np.random.get_state()
    yield figures.layer_figures() | figures.net_figures()
    np.random.set_state(state)


@pytest.fixture
def quick(ours, monkeypatch):
    """The report without its second of computing."""
    accuracies = {1: (1.0, 0.64), 0.5: (0.8, 0.8), 0.25: (0.6, 0.88)}
    monkeypatch.setattr(figures, "layer_figures", lambda: dict(ours))
    monkeypatch.setattr(figures, "net_figures", dict)
    monkeypatch.setattr(figures, "run_experiment", accuracies.get)
    return accuracies


def with_published(name, text):
    """The table of seed 001 with another number published under one name."""
    return tuple(
        dataclasses.replace(figure, published=text) if figure.name == name else figure
        for figure in figures.SEED_001
    )


def test_every_figure_of_seed_001_is_printed_by_the_reference():
    """The whole report, experiment included, finds all figures the same and the bounds holding."""
    stream = io.StringIO()
    before = np.random.get_state()[1].copy()
    assert figures.report_figures(stream) is True
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    printed = stream.getvalue()
    assert "35 of 35 figures of seed 001 are the same." in printed
    assert "differs" not in printed
    assert "does not hold" not in printed


def test_the_table_holds_what_the_assignment_promises():
    """Eighteen gradient errors to the printed digits, three losses and the rest, each once."""
    allowed = [figure.allowed for figure in figures.SEED_001]
    assert allowed.count(figures.PRINTED) == 18
    assert allowed.count(figures.BITS) == 3 + 1 + 6 + 2  # losses, dx, zeros, train means
    assert allowed.count(figures.SUMMED) == 1 + 3 + 1  # input, test means, train mean at p = 0.7
    assert len({figure.name for figure in figures.SEED_001}) == 35


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        ("initial loss, keep 1", "2.3004790897684928", "1 ulp"),
        ("dx relative error", "5.44560814873388e-11", "ulp"),
        ("train zeros, p = 0.4", "0.6008", "relative"),
        ("test zeros, p = 0.4", "0.001", "relative"),
        ("mean of the input", "10.0002078776", "relative"),
        ("W2 error, keep 0.5", "1.85e-08", "printed digits"),
    ],
)
def test_one_perturbed_figure_fails_the_report(quick, name, text, verdict):
    """A figure that differs by more than allowed makes the report false and its line say so."""
    stream = io.StringIO()
    assert figures.report_figures(stream, with_published(name, text)) is False
    lines = [line for line in stream.getvalue().splitlines() if "differs" in line]
    assert len(lines) == 1
    assert lines[0].startswith(name)
    assert text in lines[0]
    assert verdict in lines[0]


def test_summation_order_is_allowed_for_means_only(ours):
    """A mean may be off by 1e-12 relative where the assignment says so, an exact one by nothing."""
    summed = figures.Figure("mean", "10.000207878477502", figures.SUMMED)
    exact = figures.Figure("mean", "10.000207878477502", figures.BITS)
    near = 10.000207878477502 * (1 + 5e-13)
    assert figures.verdict(summed, near) == "same"
    assert figures.verdict(exact, near).startswith("differs by 5.0e-13 relative")
    assert figures.verdict(summed, 10.000207878477502 * (1 + 2e-12)) != "same"


def test_rounded_means_are_the_published_ones_in_another_order(ours):
    """Added in runs of 8192, the same numbers give the published digits of every such mean."""
    for figure in figures.SEED_001:
        if figure.allowed == figures.SUMMED:
            assert repr(float(ours[figure.name + figures.IN_RUNS])) == figure.published


@pytest.mark.parametrize(
    ("keep", "accuracies", "broken"),
    [
        (1, (0.97, 0.64), "train, keep 1"),
        (0.25, (0.6, 0.71), "gain, keep 0.25"),
        (0.25, (0.76, 0.88), "drop, keep 0.25"),
    ],
)
def test_a_broken_bound_fails_the_report(quick, keep, accuracies, broken):
    """An experiment outside one of the three safe bounds makes the report false."""
    assert figures.report_figures(io.StringIO()) is True
    quick[keep] = accuracies
    stream = io.StringIO()
    assert figures.report_figures(stream) is False
    failing = [line for line in stream.getvalue().splitlines() if "does not hold" in line]
    assert len(failing) == 1
    assert failing[0].startswith(broken)


def test_the_report_goes_to_standard_output_by_default(quick, capsys):
    """Without a stream the tables are printed."""
    figures.report_figures()
    assert "Seed 001" in capsys.readouterr().out


@pytest.mark.skipif(not NOTEBOOK.is_file(), reason="the notebook is not built")
def test_the_notebook_runs_the_same_experiment():
    """The notebook's own run_experiment ends at the accuracies that are reported here."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    (source,) = [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code" and "def run_experiment" in "".join(cell["source"])
    ]
    namespace = {
        "np": np,
        "FullyConnectedNet": oracle.reference().FullyConnectedNet,
        "Solver": oracle.given("solver").Solver,
        "data": oracle.digits(),
        "self_check": lambda *names: contextlib.nullcontext(),
    }
    exec(compile(source, "experiment", "exec"), namespace)
    for keep, history in namespace["histories"].items():
        accuracies = history["train"][-1], history["val"][-1]
        assert accuracies == figures.run_experiment(keep)


# ---- the door ----


def test_the_oracle_opens_the_solutions():
    """Each function gives the module or the data it names."""
    assert callable(oracle.reference().dropout_forward)
    assert callable(oracle.oracles().net_loss_and_gradients)
    assert callable(oracle.given("layers").affine_forward)
    assert oracle.digits()["X_train"] is not oracle.digits()["X_train"]


def test_missing_solutions_are_explained(monkeypatch):
    """Where `solutions` is not installed the message says what to do."""

    def not_there(name):
        raise ModuleNotFoundError("No module named 'solutions'", name="solutions")

    monkeypatch.setattr(importlib, "import_module", not_there)
    with pytest.raises(ImportError, match=r"solutions/dropout/reference\.py.*pip install -e \."):
        oracle.reference()


def test_a_package_that_solutions_needs_is_named_as_itself(monkeypatch):
    """A missing third-party package is not reported as missing solutions."""

    def no_numpy(name):
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    monkeypatch.setattr(importlib, "import_module", no_numpy)
    with pytest.raises(ModuleNotFoundError, match="numpy"):
        oracle.oracles()
