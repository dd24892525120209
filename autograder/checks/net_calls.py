"""Building and calling the student's FullyConnectedNet, whatever it calls its parameters."""

import itertools
import re
from dataclasses import dataclass

import numpy as np

from autograder.candidate import WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import named

NAME = "FullyConnectedNet"
LONGEST_NAME = 60

# The same argument under the names that other years of the course gave it.
SPELLINGS = {
    "dropout": ("dropout", "dropout_keep_ratio", "keep_prob", "keep_ratio", "dropout_p", "p"),
    "normalization": ("normalization", "use_batchnorm", "use_bn", "batchnorm"),
}


@dataclass(frozen=True)
class Net:
    """A net of the student's with parameters that the checks chose.

    weights[l]: (fan_in, fan_out); biases[l]: (fan_out,); gammas, betas: one a hidden layer,
    or empty. names: the student's parameter names, in the order weights, biases, gammas, betas.
    forms: {name: (dtype, shape)} of the student's parameters. pending: parameters that the next
    call takes along, so that moving them is no request of its own.
    """

    candidate: object
    handle: object
    called: str
    names: dict
    forms: dict
    pending: dict
    weights: list
    biases: list
    gammas: list
    betas: list

    @property
    def precise(self):
        """Whether the student's parameters are float64, as asked for."""
        wanted = [self.forms[name] for found in self.names.values() for name in found]
        return all(dtype == np.float64 for dtype, _ in wanted)

    def scores(self, X):
        """loss(X): the test-time scores, shape (N, C)."""
        with named(f"{self.called}.loss(X)"):
            scores, _ = self._call_loss(X)
        if not isinstance(scores, np.ndarray) or scores.shape != (len(X), len(self.biases[-1])):
            raise WrongReturn(f"{self.called}.loss(X)", "did not return scores of shape (N, C)")
        return scores

    def loss(self, X, y):
        """loss(X, y): returns (loss, gradients) with gradients ordered as this class orders them.

        gradients: dict of lists under "weights", "biases", "gammas", "betas", in plain shapes.
        """
        called = f"{self.called}.loss(X, y)"
        with named(called):
            (loss, grads), _ = self._call_loss(X, y, returns=2)
        if not isinstance(grads, dict):
            raise WrongReturn(
                called, "did not return a dictionary of gradients as its second value"
            )
        ordered = {}
        for kind, names in self.names.items():
            ordered[kind] = []
            for name, value in zip(names, getattr(self, kind), strict=True):
                grad = grads.get(name)
                if not isinstance(grad, np.ndarray) or grad.size != value.size:
                    raise WrongReturn(called, f"returned no gradient of the right shape for {name}")
                ordered[kind].append(grad.astype(float).reshape(value.shape))
        if not isinstance(loss, (int, float, np.ndarray)) or np.size(loss) != 1:
            raise WrongReturn(called, "returned a loss that is not a single number")
        try:
            loss = float(np.reshape(loss, ()))
        except OverflowError:  # an integer of hundreds of digits
            loss = np.inf
        numbers = [loss, *(g for found in ordered.values() for g in found)]
        if not all(np.all(np.isfinite(n)) for n in numbers):
            raise WrongReturn(called, "returned NaN or infinite values", "loss-not-finite")
        return loss, ordered

    def moved(self, direction, step):
        """Add step * direction (dict like gradients) to the parameters, from the next call on."""
        for kind, names in self.names.items():
            for name, value, d in zip(names, getattr(self, kind), direction[kind], strict=True):
                dtype, shape = self.forms[name]
                self.pending[name] = (value + step * d).astype(dtype).reshape(shape)

    def _call_loss(self, *args, returns=None):
        first = {"params": dict(self.pending)} if self.pending else None
        result = self.candidate.call_method(
            self.handle, "loss", *args, returns=returns, first=first
        )
        self.pending.clear()
        return result


def build(trial, hidden_dims, input_dim, num_classes, keep, normalization=None, seed=None):
    """Construct the student's net and give it parameters of the checks' choosing.

    Weights are normal with variance 1/fan_in; most biases positive, so that most hidden units
    are active. Raises CandidateError, or Failed where params cannot be made out.
    """
    candidate = trial.candidate
    called = f"{NAME}({list(hidden_dims)}, dropout={keep}"
    called += f", normalization={normalization!r})" if normalization else ")"
    wanted = {
        "input_dim": input_dim,
        "num_classes": num_classes,
        "dropout": keep,
        "normalization": normalization,
        "reg": 0.0,
        "weight_scale": 0.05,
        "dtype": np.float64,
        "seed": seed,
    }
    with named(called):
        accepted = trial.measure("net's parameters", lambda: candidate.parameters(NAME))
        arguments = _as_spelled(*accepted, wanted)
        handle = candidate.create(NAME, list(hidden_dims), **arguments)
        params = candidate.attribute(handle, "params")
    names = _arrange(params, [input_dim, *hidden_dims, num_classes], bool(normalization), called)
    values = {
        "weights": [trial.rng.normal(size=params[n].shape) for n in names["weights"]],
        "biases": [trial.rng.normal(0.5, 0.5, params[n].size) for n in names["biases"]],
        "gammas": [trial.rng.uniform(0.5, 1.5, params[n].size) for n in names["gammas"]],
        "betas": [trial.rng.normal(0.3, 0.6, params[n].size) for n in names["betas"]],
    }
    values["weights"] = [w / np.sqrt(len(w)) for w in values["weights"]]
    # Small scores: no probability is so near to 0 that an epsilon inside a logarithm shows.
    values["weights"][-1] *= 0.2
    values["biases"][-1] *= 0.2
    forms = {n: (params[n].dtype, params[n].shape) for found in names.values() for n in found}
    net = Net(candidate, handle, called, names, forms, {}, **values)
    net.moved({kind: [0.0] * len(found) for kind, found in names.items()}, 0.0)
    return net


def _as_spelled(accepted, any_keyword, wanted):
    """The arguments under the names that this constructor has; those it lacks are left out."""
    arguments = {}
    for name, value in wanted.items():
        spelling = next((s for s in SPELLINGS.get(name, (name,)) if s in accepted), None)
        if spelling is None:
            if any_keyword or name == "dropout" or (name == "normalization" and value):
                arguments[name] = value  # if it has none, let the constructor say so
            continue
        boolean = spelling.startswith(("use_", "batchnorm"))
        arguments[spelling] = (value == "batchnorm") if boolean else value
    return arguments


def _arrange(params, dims, normalized, called):
    """Tell weights, biases, gammas and betas apart by shape, number and initial value."""
    if not isinstance(params, dict):
        raise WrongReturn(called, "has params that are no dictionary")
    series = {}
    for name, value in params.items():
        # Short names only: a search through a megabyte of digits would not end.
        short = isinstance(name, str) and len(name) <= LONGEST_NAME
        match = re.fullmatch(r"(.*?)_?(\d+)", name) if short else None
        if match and isinstance(value, np.ndarray):
            series.setdefault(match[1], []).append((int(match[2]), name, value))
    layers = list(itertools.pairwise(dims))
    found = {"weights": None, "biases": None, "gammas": None, "betas": None}
    for prefix, entries in series.items():
        entries.sort(key=lambda entry: entry[0])
        names = [name for _, name, _ in entries]
        shapes = [value.shape for _, _, value in entries]
        sizes = [value.size for _, _, value in entries]
        # Some give the last layer a gamma and a beta too, which nothing uses.
        norm = prefix.lower().startswith(("gamma", "beta")) or sizes == dims[1:-1]
        if shapes == layers:
            found["weights"] = names
        elif normalized and norm and sizes[: len(dims) - 2] == dims[1:-1]:
            ones = all(np.allclose(value, 1) for _, _, value in entries)
            found["gammas" if ones else "betas"] = names[: len(dims) - 2]
        elif sizes == dims[1:] and not norm:
            found["biases"] = names
    if not normalized:
        found["gammas"] = found["betas"] = []
    missing = [kind for kind, names in found.items() if names is None]
    if missing:
        shown = sorted(str(name)[:20] for name in params)[:12]
        raise Failed(
            called,
            f"has params {shown}, in which no {missing[0]} can be made out",
            "params should hold W1, b1, ... with W of shape (fan_in, fan_out)"
            + (" and gamma1, beta1, ..." if normalized else ""),
        )
    return found
