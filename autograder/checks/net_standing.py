"""How a net stands after all its own checks: what the experiment and its numbers rest on."""

from autograder.candidate import CandidateError
from autograder.checks import net as net_checks
from autograder.checks.findings import Failed

SOUND, DROPS_WRONGLY, NEVER_DROPS, BROKEN = "sound", "drops wrongly", "never drops", "broken"

CHECKS = (
    net_checks.check_test_time_uses_every_unit,
    net_checks.check_every_hidden_layer_is_dropped,
    net_checks.check_only_hidden_units_are_dropped,
    net_checks.check_gradients_match_the_masks,
    net_checks.check_net_keeps_with_probability_p,
    net_checks.check_layers_draw_their_own_masks,
    net_checks.check_keep_one_means_no_dropout,
)


def net_standing(trial):
    """SOUND, DROPS_WRONGLY, NEVER_DROPS or BROKEN; found out once a submission."""
    return trial.remember("net standing", lambda: _stand(trial))


def _stand(trial):
    alone = trial.beside(trial.candidate)
    try:
        for check in CHECKS:
            if not trial.has_passed([check]):
                check(alone)
    except Failed as failed:
        wired = failed.finding.misconception != "dropout-not-wired"
        return DROPS_WRONGLY if wired else NEVER_DROPS
    except CandidateError:
        return BROKEN
    return SOUND
