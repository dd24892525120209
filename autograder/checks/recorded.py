"""The experiment's histories, as far as they can be believed.

The notebook's own run takes place in the student's process, which could have written anything
under `histories`. Each run there is believed where the net is sound and the run ends as sound
nets' do, or where it began as a short run from here (autograder.checks.training) does: who has a
net that goes that way gains nothing by making up the rest. Else all of it is run from here.
"""

from autograder.candidate import CandidateError, NotWritten, WrongReturn
from autograder.checks.net_pairing import right_layer
from autograder.checks.net_standing import SOUND, net_standing
from autograder.checks.training import train

KEEP = 0.25
KEEPS = (1, KEEP)
# Final (training, validation) accuracy of the reference on digits with NumPy's stream at 231.
REFERENCE = {1: (1.0, 0.635), KEEP: (0.604, 0.876)}
# Right solutions may draw masks or weights from a stream that np.random.seed does not fix. Two
# such runs then differ in validation accuracy by .011 * sqrt(2) without dropout and
# .016 * sqrt(2) with it (standard deviations): six are allowed.
NEAR = {1: (0.05, 0.1), KEEP: (0.14, 0.14)}
# After so many epochs the reference's training accuracy is .671 (standard deviation .010 over 30
# seeds) without dropout and .527 (.013) with it, validation .828 (.017) and .781 (.020).
EARLY = 10
NEAR_EARLY = (0.1, 0.15)


def recorded_histories(trial):
    """The histories that the notebook holds, believed or not. Raises CandidateError."""
    return trial.measure("recorded histories", lambda: _read_histories(trial))


def believed_histories(trial):
    """The notebook's histories where they can be believed, else those of a run from here."""
    return trial.remember("believed histories", lambda: _believed(trial))


def is_believed(trial, history, keep):
    """Whether a run that the notebook holds took place, as far as can be told cheaply."""
    if net_standing(trial) == SOUND and ends_as_the_reference(history, keep):
        return True
    try:
        place = list(history["epoch"]).index(EARLY)
        began = {s: [history[s][place]] for s in ("train", "val")}
        here = final_accuracies(early_run(trial, keep))
        return _near(began, here, NEAR_EARLY)
    except (CandidateError, TypeError, ValueError, KeyError, IndexError):
        return False


def ends_as_the_reference(history, keep):
    """Whether a run's final accuracies are what a right net's may be."""
    return _near(history, REFERENCE[keep], NEAR[keep])


def early_run(trial, keep):
    """The first epochs from here with the student's net and layer. Raises CandidateError."""
    return trial.remember(("early run", keep), lambda: train(trial, keep, EARLY))


def early_run_with_right_layer(trial, keep):
    """The same with our dropout layer."""
    return _with_right_layer(trial, keep, EARLY)


def trained_run(trial, keep):
    """A whole run from here with the student's net and layer. Raises CandidateError."""
    return trial.remember(("run", keep), lambda: train(trial, keep))


def run_with_right_layer(trial, keep):
    """The same with our dropout layer in place of the student's.

    A wrong or missing dropout layer has cost its marks in part 1.
    """
    return _with_right_layer(trial, keep, None)


def finals(histories):
    """The four final accuracies, in the order that question 2 asks for them."""
    return (*final_accuracies(histories[1]), *final_accuracies(histories[KEEP]))


def final_accuracies(history):
    """(training, validation) accuracy at the end of one run's history."""
    try:
        return float(history["train"][-1]), float(history["val"][-1])
    except (TypeError, KeyError, IndexError, ValueError, OverflowError):
        raise WrongReturn("histories", "hold no accuracies under 'train' and 'val'") from None


def near(values, truth):
    """For each of the four accuracies, whether it is within what two right runs may differ by."""
    limits = (*NEAR[1], *NEAR[KEEP])
    return [abs(v - t) <= limit for v, t, limit in zip(values, truth, limits, strict=True)]


def _near(history, truth, limits):
    found = final_accuracies(history)
    return all(abs(v - t) <= limit for v, t, limit in zip(found, truth, limits, strict=True))


def _with_right_layer(trial, keep, epochs):
    def run():
        with trial.candidate.replaced(right_layer(trial.oracle)):
            return train(trial, keep, epochs)

    return trial.remember(("run with a right layer", keep, epochs), run)


def _believed(trial):
    recorded = None
    try:
        recorded = recorded_histories(trial)
        if all(is_believed(trial, recorded[keep], keep) for keep in KEEPS):
            return recorded
    except CandidateError:
        pass
    for run in (trained_run, run_with_right_layer):
        try:
            trained = {keep: run(trial, keep) for keep in KEEPS}
        except CandidateError:
            continue
        if recorded is not None and all(near(finals(recorded), finals(trained))):
            return recorded
        return trained
    raise NotWritten("the experiment", "did not run, so there are no accuracies to compare with")


def _read_histories(trial):
    histories = trial.candidate.read("histories")
    if not isinstance(histories, dict) or not set(KEEPS) <= set(histories):
        raise WrongReturn("histories", "do not hold the runs with keep 1 and 0.25")
    finals(histories)
    return histories
