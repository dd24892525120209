"""`dropout_in_practice` run from top to bottom: unfinished, partly wrong, and with the solution."""

import io
import re
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from autograder.build.master import cut
from autograder.build.prose import read_sections
from autograder.validate.grade_cases import hand_in
from solutions.cs231n.gradient_check import eval_numerical_gradient_array, rel_error
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.cases import CELLS, reference_cells

NAME = "dropout_in_practice"
COURSE = Path(__file__).resolve().parents[1]
RELEASE = COURSE / "release" / NAME
PROSE = read_sections(COURSE / "source" / f"{NAME}.en.md")


@pytest.fixture(scope="module")
def release():
    """The students' notebook."""
    return nbformat.read(RELEASE / f"{NAME}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def finished():
    """The released notebook with the worked solution in it, run from top to bottom."""
    return run(hand_in(COURSE, NAME, reference_cells()))


@pytest.fixture(scope="module")
def said(finished):
    """{grade_id: what the cell printed} of it."""
    return outputs(finished)


def run(notebook, **settings):
    resources = {"metadata": {"path": str(RELEASE)}}
    NotebookClient(notebook, timeout=300, resources=resources, **settings).execute()
    return notebook


def outputs(notebook):
    return {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    }


def numbers(text):
    return [float(found) for found in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


# ---- the notebook at work ----


def test_untouched_release_runs_and_says_what_is_missing(release):
    """No cell raises, every function is named, and no net is trained."""
    shown = outputs(run(release.copy()))
    everything = "\n".join(shown.values())
    for name in CELLS:
        if name != "mlp_backward":  # nothing to send back, for want of mlp_forward
            assert f"`{name}` is not written yet" in everything, name
    assert "`mlp_forward` is not written yet" in shown["runs"]
    assert "PyTorch" in shown["beside_torch"] or "is not written yet" in shown["beside_torch"]
    for name in ("see_swap_effect", "see_best_and_last", "see_mc_predict", "see_beyond_additive"):
        assert "`runs` does not exist yet" in shown[name]


def test_a_wrong_cell_disturbs_no_other_part():
    """One mistake in each of parts 1, 2 and 5, and in one exercise: the others' cells run."""
    broken = ("train_step", "all_masks", "dropconnect", "mended_2")
    cells = reference_cells()
    for name in broken:
        head = re.match(r"def .*?:\n", cells[name], re.DOTALL)[0]
        cells[name] = f"{head}    raise RuntimeError('a mistake')\n"
    notebook = hand_in(COURSE, NAME, cells)
    for cell in notebook.cells:
        if cell.id == "runs":
            assert cell.source.count("seed=seed)") == 1
            cell.source = cell.source.replace("seed=seed)", "seed=seed, epochs=8)")
    run(notebook, allow_errors=True)
    raised = {
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code" and any(o.output_type == "error" for o in cell.outputs)
    }
    assert raised == {
        *("see_train_step", "see_to_inverted"),
        *("see_all_masks", "see_linear_ensemble", "see_softmax_ensemble", "see_relu_ensemble"),
        *("plot_ensembles", "see_dropconnect", "see_output_covariances", "see_mended_2"),
    }


def test_finished_notebook_draws_every_plot_and_misses_nothing(finished, said):
    """Seven plots; no complaint on either stream."""
    drawn = [
        cell.id
        for cell in finished.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert drawn == [
        *("plot_ensembles", "see_swap_effect", "see_best_and_last", "see_relu_dropout_variance"),
        *("see_mc_predict", "see_beyond_additive", "see_output_covariances"),
    ]
    for name, text in said.items():
        assert "not written" not in text, name
        assert "exist yet" not in text, name
    streams = {o.get("name") for c in finished.cells for o in c.get("outputs", ())}
    assert "stderr" not in streams


def test_what_cells_print_says_keep_or_drop(said):
    """Wherever a probability is printed."""
    for name, text in said.items():
        for line in text.splitlines():
            if re.search(r"\bp = ", line):
                assert "(keep)" in line, (name, line)
            if re.search(r"\bdropout(_[12])? = ", line):
                assert re.search(r"\(drop\)|of dropping\)", line), (name, line)


# ---- the facts ----


def test_vanilla_and_inverted_dropout_train_alike(said):
    """20 steps: to the rounding of losses and scores."""
    assert said["see_train_step"].count("1.810651") == 2
    assert "1.810651" in PROSE["see_train_step_text"]
    *_, losses, scores = said["see_to_inverted"].splitlines()
    assert numbers(losses)[-1] < 1e-14
    assert numbers(scores)[-1] < 1e-14


def test_means_over_all_masks(said):
    """Exact for linear scores, geometric for the softmax, neither behind the ReLU."""
    assert numbers(said["see_linear_ensemble"])[-1] < 1e-14
    arithmetic, geometric = said["see_softmax_ensemble"].splitlines()
    assert 0.16 < numbers(arithmetic)[-1] < 0.29
    assert numbers(geometric)[-1] < 1e-14
    behind = numbers(said["see_relu_ensemble"])[-1]
    for told in (f"{numbers(arithmetic)[-1]:.2f}", f"{behind:.2f}"):
        assert told in PROSE["ensembles_text"]
        assert told in PROSE["written_ensemble_rubric"]
        assert told in PROSE["written_ensemble"]


def test_ends_of_the_range_and_gradients_of_the_net(said):
    """What dropping everything leaves; a gradient check with dropout and without."""
    *exact, different = (numbers(line)[-1] for line in said["see_mlp_forward"].splitlines())
    assert len(exact) == 3
    assert max(exact) < 1e-14
    assert different > 0.1
    for cell in ("see_mlp_backward", "see_train_step"):
        errors = re.findall(r"\be-\d+|\d+e[+-]\d+", said[cell])
        assert len(errors) >= 12
        assert max(map(float, errors)) < 1e-6


def test_experiments_show_what_the_text_says(said):
    """The settings, no sum of gains, and a spread that warns where labels are right."""
    finals = {}
    for line in said["runs"].splitlines():
        name, found = line.split("final validation accuracies")
        finals[name.strip()] = np.mean(numbers(found))
    told = (0.62, 0.74, 0.88, 0.88, 0.78, 0.75)
    for (name, value), expected in zip(finals.items(), told, strict=True):
        # Another machine rounds in another way, which is like another seed: .04 for a single run.
        assert abs(value - expected) < 0.1, name
        assert f"{expected:.2f}" in PROSE["part_4"]
    difference, error = numbers(said["see_swap_effect"].split("then 0.2:")[1])[:2]
    assert abs(difference - (finals["0.2, then 0.5"] - finals["0.5, then 0.2"])) < 0.001
    assert 0 < error < 0.05
    assert "-0.05" in said["see_beyond_additive"].splitlines()[0]
    assert -0.25 < numbers(said["see_beyond_additive"])[-1] < -0.02
    wrong_labels, right_labels = re.findall(
        r"right (0\.\d+), where it is wrong (0\.\d+)", said["see_mc_predict"]
    )
    assert abs(float(wrong_labels[1]) - float(wrong_labels[0])) < 0.1
    assert float(right_labels[1]) > 1.5 * float(right_labels[0])


def test_formulas_agree_with_simulations(said):
    """As closely as the text promises."""
    for at_most, text in (
        (0.02, said["see_relu_dropout_variance"].split("neither")[0]),
        (0.05, said["see_head_variance"]),
        (0.01, said["see_dropout_penalty"]),
    ):
        pairs = re.findall(
            r"(?:formula|exact|penalty:) ([\d.]+)\n.*: ([\d.]+)$", text, re.MULTILINE
        )
        assert pairs
        for exact, simulated in pairs:
            assert abs(float(simulated) / float(exact) - 1) < at_most
    at_start = re.findall(r"formula ([\d.]+), measured ([\d.]+)", said["see_relu_dropout_variance"])
    assert len(at_start) == 4
    for formula, measured in at_start:
        assert abs(float(formula) / float(measured) - 1) < 0.05
    assert max(map(float, re.findall(r"within ([\d.]+) %", said["see_output_covariances"]))) < 5


# ---- the faulty programs ----


@pytest.fixture(scope="module")
def programs(release):
    """The names that the three programs define, and what they print."""
    names = {"np": np, "rel_error": rel_error, "pairwise": pairwise}
    names["eval_numerical_gradient_array"] = eval_numerical_gradient_array
    training = (RELEASE / "practice_training.py").read_text("utf-8")
    exec(cut(training, "random_params"), names)
    cells = {cell.id: cell.source for cell in release.cells}
    printed = io.StringIO()
    with redirect_stdout(printed):
        for number in (1, 2, 3):
            exec(cells[f"program_{number}"], names)
    return names | {"printed": printed.getvalue()}


def test_faulty_programs_pass_the_checks_beside_them(programs):
    """Nothing that they print looks wrong."""
    lines = programs["printed"].splitlines()
    assert numbers(lines[0])[-1] < 1e-8
    assert len(lines) == 9
    assert all(line.endswith("True") for line in lines[1:])


def test_faulty_programs_have_the_faults_that_are_asked_for(programs):
    """The numbers of the worked solution, measured."""
    np.random.seed(0)
    kept = np.mean(programs["forward_1"](np.ones((1000, 1000)), 0.25) != 0)
    assert abs(kept - reference.fault_1()[1]) < 0.003

    mask = np.arange(1000) % 5 < 2
    out = programs["forward_2"](np.ones(1000), mask, 0.4)
    ratios = programs["backward_2"](np.ones(1000), mask, 0.4)[mask == 1] / out[mask == 1]
    assert np.allclose(ratios, reference.fault_2()[1])

    names = ("params_3", "x_3", "mask1_3", "mask2_3")
    params, *rest = (programs[name] for name in names)
    largest = {}
    for name, function in (("scores_3", programs["scores_3"]), ("mended_3", reference.mended_3)):
        gradient = eval_numerical_gradient_array(
            lambda _, f=function: f(params, *rest), params["W3"], np.ones((8, 5))
        )
        largest[name] = np.max(np.abs(gradient))
    assert largest["scores_3"] == reference.fault_3()[1]
    assert largest["mended_3"] > 0.1
