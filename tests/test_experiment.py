"""The experiment and its numbers: made-up histories earn nothing, honest ones are taken."""

import numpy as np
import pytest
from wired import wired

from autograder import oracle
from autograder.checks import layer_standing, recorded
from autograder.checks.net_standing import NEVER_DROPS
from autograder.checks.training import EPOCHS
from autograder.marking.judge import judge_cell

FORGED = {
    keep: {"loss": [1.0], "train": [train], "val": [val]}
    for keep, train, val in ((1, 1.0, 0.61), (0.25, 0.62, 0.90))
}
MADE_UP = {
    keep: {"loss": [1.0], "train": [train], "val": [val]}
    for keep, train, val in ((1, 1.0, 0.33), (0.25, 0.4, 0.99))
}
NO_NET = "class FullyConnectedNet:\n    pass"
PLAIN_NET = (
    "_Net = FullyConnectedNet\n"
    "class FullyConnectedNet(_Net):\n"
    "    def __init__(self, *args, **kwargs):\n"
    "        super().__init__(*args, **kwargs)\n"
    "        self.use_dropout = False\n"
)


@pytest.fixture
def marks_of(notebook_with):
    """marks_of(histories, answers, extra): marks of the experiment and of question 2.

    extra: run after the worked solution's cells. memory: what earlier cells have found out.
    """

    def marks(histories, answers=None, extra="", memory=None, **cells):
        names = notebook_with(**cells)
        exec(extra, names)
        names["histories"] = histories
        if answers is not None:
            names["inline_question_2"] = lambda: answers
        candidate, memory = wired(names), {} if memory is None else memory
        results = [
            judge_cell("dropout", grade_id, candidate, oracle, memory=memory)
            for grade_id in ("test_experiment", "test_inline_question_2")
        ]
        assert not any(r.has_grader_fault for r in results), results
        return [r.mark for r in results], [r.outcomes[0].misconception for r in results]

    return marks


@pytest.fixture
def runs_from_here(monkeypatch):
    """The (keep, epochs) trained from here, each ending as runs of the reference do."""
    ends = {
        (1, recorded.EARLY): (0.67, 0.83),
        (0.25, recorded.EARLY): (0.53, 0.78),
        (1, EPOCHS): (1.0, 0.635),
        (0.25, EPOCHS): (0.604, 0.876),
    }
    asked = []

    def train(trial, keep, epochs=None):
        asked.append((keep, epochs or EPOCHS))
        ended = ends[asked[-1]]
        return {"train": [ended[0]], "val": [ended[1]]}

    monkeypatch.setattr(recorded, "train", train)
    return asked


KEEPS_WITH_1_MINUS_P = (
    "def dropout_forward(x, param):\n"
    "    mask = np.random.rand(*x.shape) > param['p']\n"
    "    return (x * mask if param['mode'] == 'train' else x), (param, mask)\n"
)


def history(train, val, ended):
    """A record of 61 accuracies: (train, val) until the last, which is `ended`."""
    epochs = [*range(0, 61, 2)]
    return {
        "epoch": epochs,
        "train": [train] * (len(epochs) - 1) + [ended[0]],
        "val": [val] * (len(epochs) - 1) + [ended[1]],
    }


AGAINST = {1: history(0.66, 0.82, (1.0, 0.63)), 0.25: history(0.55, 0.75, (0.95, 0.64))}


@pytest.fixture
def no_training(monkeypatch):
    """Training from here is an error."""
    monkeypatch.setattr(recorded, "train", None)


@pytest.mark.usefixtures("no_training")
def test_a_sound_net_s_own_run_is_believed(marks_of):
    """Without any training here; the answers are compared with that run."""
    assert marks_of(FORGED)[0] == [5, 4]
    assert marks_of(FORGED, (1.0, 0.61, 0.62, 0.90))[0] == [5, 4]
    assert marks_of(FORGED, (0.61, 1.0, 0.90, 0.62))[1][1] == "train-val-swapped"


def test_made_up_histories_of_a_stub_earn_nothing(marks_of):
    """However well they match the answers."""
    assert marks_of(FORGED, (1.0, 0.61, 0.62, 0.90), extra=NO_NET)[0] == [0, 0]


def test_made_up_histories_of_a_sound_net_do_not_save_made_up_answers(marks_of):
    """A run from here takes their place: the net's own points stay."""
    marks, _ = marks_of(MADE_UP, (1.0, 0.33, 0.4, 0.99))
    assert marks[0] == 5
    assert marks[1] < 4


def test_made_up_histories_of_a_net_that_never_drops_earn_nothing(marks_of):
    """Trained here, it does not narrow the gap."""
    marks, misconceptions = marks_of(FORGED, (1.0, 0.61, 0.62, 0.90), extra=PLAIN_NET)
    assert marks == [0, 2]  # what it got without dropout is right
    assert misconceptions[0] == "dropout-not-wired"


def test_a_run_with_a_wrong_layer_is_compared_with_its_own_numbers(marks_of):
    """The layer has lost its marks elsewhere."""
    wrong = (
        "def dropout_forward(x, dropout_param):\n"
        "    if dropout_param['mode'] == 'test':\n        return x, None\n"
        "    mask = (np.random.rand(*x.shape) < dropout_param['p'])\n"
        "    return (x * mask).astype(x.dtype), mask\n"
        "def dropout_backward(dout, cache):\n    return dout if cache is None else dout * cache\n"
    )
    names = {}
    exec("import numpy as np\n" + wrong, names)
    histories = _run(names)
    answers = recorded.finals(histories)
    marks, _ = marks_of(histories, answers, extra=wrong)
    assert marks == [5, 4], answers


def _run(names):
    """The experiment with the reference's net and a layer of one's own, in this process."""
    reference = oracle.reference()
    data = oracle.digits()
    layer = {n: getattr(reference, n) for n in ("dropout_forward", "dropout_backward")}
    histories = {}
    try:
        for name in layer:
            setattr(reference, name, names[name])
        for keep in (1, 0.25):
            np.random.seed(231)
            net = reference.FullyConnectedNet([200, 200], 64, 10, keep, weight_scale=5e-2)
            small = {k: data[k] for k in ("X_train", "y_train", "X_val", "y_val")}
            solver = oracle.given("solver").Solver(
                net,
                small,
                update_rule="adam",
                optim_config={"learning_rate": 1e-3},
                num_epochs=60,
                batch_size=100,
                verbose=False,
            )
            solver.train()
            histories[keep] = {"train": solver.train_acc_history, "val": solver.val_acc_history}
    finally:
        for name, function in layer.items():
            setattr(reference, name, function)
    return histories


@pytest.mark.parametrize(
    "histories",
    [None, {}, {1: {}, 0.25: {}}, {1: 3, 0.25: 4}, {1: {"train": [], "val": []}, 0.25: {}}, "text"],
)
def test_histories_of_another_form_cost_nothing_but_time(marks_of, histories, monkeypatch):
    """A sound net is trained here instead."""
    runs = {1: {"train": [1.0], "val": [0.63]}, 0.25: {"train": [0.6], "val": [0.87]}}
    monkeypatch.setattr(recorded, "train", lambda trial, keep, epochs=None: runs[keep])
    assert marks_of(histories)[0] == [5, 4]


FIRST_LAYER_ONLY = (
    "_Net = FullyConnectedNet\n"
    "class FullyConnectedNet(_Net):\n"
    "    def loss(self, X, y=None):\n"
    "        global dropout_forward, dropout_backward\n"
    "        layer, turns = (dropout_forward, dropout_backward), []\n"
    "        def dropout_forward(x, param):\n"
    "            turns.append(param)\n"
    "            if len(turns) == 1:\n"
    "                return layer[0](x, param)\n"
    "            return x, ({'mode': 'test'}, None)\n"
    "        try:\n"
    "            return super().loss(X, y)\n"
    "        finally:\n"
    "            dropout_forward, dropout_backward = layer\n"
)


def test_a_net_that_drops_wrongly_is_trained_for_a_few_epochs_only(marks_of, runs_from_here):
    """To see that it learns and that the record began as its runs do, once for each keep."""
    record = {1: history(0.66, 0.82, (1.0, 0.63)), 0.25: history(0.54, 0.8, (0.67, 0.9))}
    answers = (1.0, 0.63, 0.67, 0.9)
    assert marks_of(record, answers, extra=FIRST_LAYER_ONLY)[0] == [5, 4]
    assert sorted(runs_from_here) == [(0.25, recorded.EARLY), (1, recorded.EARLY)]


@pytest.mark.parametrize(
    "beginning", [(0.1, 0.1), (0.8, 0.78), (0.53, 0.6), (float("nan"), 0.78)], ids=str
)
def test_a_record_that_began_otherwise_is_not_believed(marks_of, runs_from_here, beginning):
    """A whole run from here takes its place, and the answers are compared with that."""
    record = {1: history(0.66, 0.82, (1.0, 0.63)), 0.25: history(*beginning, (0.9, 0.5))}
    marks, _ = marks_of(record, (1.0, 0.63, 0.9, 0.5), extra=FIRST_LAYER_ONLY)
    assert marks == [5, 2]
    assert (0.25, EPOCHS) in runs_from_here
    assert len(set(runs_from_here)) == len(runs_from_here)


@pytest.mark.parametrize("text", [None, "0.5", []], ids=str)
def test_a_record_of_no_numbers_is_not_believed(marks_of, runs_from_here, text):
    """It is no fault of the grader's either."""
    record = {1: history(0.66, 0.82, (1.0, 0.63)), 0.25: history(text, text, (0.9, 0.5))}
    assert marks_of(record, (1.0, 0.63, 0.9, 0.5), extra=FIRST_LAYER_ONLY)[0] == [5, 2]
    assert (0.25, EPOCHS) in runs_from_here


def test_a_believed_record_without_the_effect_needs_no_whole_run(marks_of, runs_from_here):
    """Where the layer is right: no run from here would end otherwise."""
    plain = history(0.6, 0.8, (1.0, 0.635))
    passed = {check.__name__.removeprefix("check_") for check in layer_standing.CHECKS}
    marks, misconceptions = marks_of(
        {1: plain, 0.25: plain}, extra=PLAIN_NET, memory={"passed checks": passed}
    )
    assert marks == [0, 4]
    assert misconceptions[0] == "dropout-not-wired"
    assert {epochs for _, epochs in runs_from_here} == {recorded.EARLY}


def test_of_a_net_that_is_not_sound_the_effect_is_run_once(marks_of, runs_from_here):
    """A record in its owner's favour does not count, but for the run without dropout."""
    drops_pixels = PLAIN_NET + (
        "    def loss(self, X, y=None):\n"
        "        if y is None:\n            return super().loss(X)\n"
        "        return super().loss(X * (np.random.rand(*X.shape) < 0.25), y)\n"
    )
    record = {1: history(0.66, 0.82, (1.0, 0.63)), 0.25: history(0.54, 0.8, (0.6, 0.87))}
    passed = {check.__name__.removeprefix("check_") for check in layer_standing.CHECKS}
    memory = {"passed checks": passed}
    assert marks_of(record, extra=drops_pixels, memory=memory)[0] == [5, 4]
    assert memory["net standing"] == NEVER_DROPS
    whole = [keep for keep, epochs in runs_from_here if epochs == EPOCHS]
    assert whole == [0.25]


def test_a_record_against_its_owner_is_not_enough_beside_a_wrong_layer(marks_of, runs_from_here):
    """The net is run with our layer for some epochs; that a sound net is held back is enough."""
    assert marks_of(AGAINST, (1.0, 0.63, 0.95, 0.64), extra=KEEPS_WITH_1_MINUS_P)[0] == [5, 4]
    # Once with our layer, and once with theirs to see that the record began so.
    assert runs_from_here == [(0.25, recorded.EARLY)] * 2


@pytest.mark.parametrize(
    ("ended", "marks", "misconception"),
    [((0.604, 0.876), 5, None), ((0.97, 0.65), 0, "dropout-fades")],
    ids=["it drops", "it fades"],
)
def test_a_net_that_is_not_held_back_early_is_run_to_the_end(
    marks_of, monkeypatch, ended, marks, misconception
):
    """By chance it may not be; only a whole run takes marks away."""
    asked = []

    def train(trial, keep, epochs=None):
        asked.append(epochs)
        end = (0.65, 0.8) if epochs else ended
        return {"train": [end[0]], "val": [end[1]]}

    monkeypatch.setattr(recorded, "train", train)
    found, misconceptions = marks_of(AGAINST, extra=KEEPS_WITH_1_MINUS_P)
    assert (found[0], misconceptions[0]) == (marks, misconception)
    assert None in asked


GARBAGE_NETS = {
    "zeros": "np.zeros((len(X), 10)) if y is None else (0.0, {n: 0 * w for n, w in P.items()})",
    "noise": (
        "np.random.randn(len(X), 10) if y is None else "
        "(1.0, {n: np.random.randn(*w.shape) for n, w in P.items()})"
    ),
    "nothing": "None",
}


@pytest.mark.parametrize("name", GARBAGE_NETS)
def test_a_net_that_is_none_earns_nothing_for_failing_in_another_way(marks_of, name, monkeypatch):
    """Only a net that learns has lost its marks elsewhere."""
    monkeypatch.setattr("autograder.checks.training.EPOCHS", 3)
    garbage = (
        "_Net = FullyConnectedNet\n"
        "class FullyConnectedNet(_Net):\n"
        "    def loss(self, X, y=None):\n"
        "        P = self.params\n"
        f"        return {GARBAGE_NETS[name]}\n"
    )
    assert marks_of(FORGED, extra=garbage)[0][0] == 0
