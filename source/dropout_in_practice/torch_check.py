"""An optional look at PyTorch: do your dropout layer and your net do what its own do?

    compare_with_torch(globals())

No points depend on it, and without PyTorch it only says so. Here both sides mean the same by their
argument: `dropout` of dropout_layer and `p` of torch.nn.Dropout are the probability of DROPPING.
"""

from dataclasses import dataclass

import numpy as np

MISSING = "PyTorch is not installed, so there is nothing to compare with (optional; no points)."
DROPOUTS = (0.25, 0.6)
# Two fractions of 60 000 draws differ by more than this once in 10 ** 9 times.
CHANCE = 0.02
# Both sides compute in float64, in another order.
ROUNDING = 1e-6
GRADIENTS = ("W1", "b1", "W2", "b2", "W3", "b3")


@dataclass
class Net:
    """The net with two hidden layers and a batch for it. params, X as in mlp_forward; y: labels."""

    params: dict
    X: np.ndarray
    y: np.ndarray
    dropouts: tuple = DROPOUTS


@dataclass
class Pass:
    """A training pass of a Net. masks: two arrays, 0 or 1 / (1 - dropout). dscores: the gradient of
    the mean softmax loss with respect to the scores. grads: {name: gradient}.
    """

    masks: tuple
    scores: np.ndarray
    dscores: np.ndarray
    grads: dict


class NotComparable(Exception):
    """The student's net cannot be given the masks; the message says why."""


def compare_with_torch(names, seed=0):
    """Compare dropout_layer, mlp_forward and mlp_backward with PyTorch and print what comes out.

    names: the notebook's globals(). seed: for PyTorch's masks and for the numbers compared on.
    Returns {"scores" or a parameter's name: largest relative difference}; None where the nets were
    not compared. Raises NameError for a function that is not there.
    """
    try:
        import torch
    except (ImportError, OSError):  # OSError: installed, but its libraries cannot be loaded
        print(MISSING)
        return None
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    layer = _find(names, "dropout_layer")
    X = rng.uniform(1, 2, (300, 200))
    for dropout in DROPOUTS:
        compare_layers(X, dropout, layer(X.copy(), dropout), torch_layer(torch, X, dropout))
    net = draw_net(rng)
    return compare_nets(names, net, torch_pass(torch, net))


def torch_layer(torch, X, dropout):
    """What torch.nn.Dropout makes of X in training."""
    layer = torch.nn.Dropout(p=dropout)
    layer.train()
    return layer(torch.from_numpy(X)).numpy()


def torch_pass(torch, net):
    """The Pass of the same net in PyTorch; the masks are caught behind its dropout modules."""
    nn = torch.nn
    linears = [nn.Linear(*net.params[f"W{k}"].shape).double() for k in (1, 2, 3)]
    with torch.no_grad():
        for k, linear in enumerate(linears, 1):
            linear.weight.copy_(torch.from_numpy(net.params[f"W{k}"].T))  # (fan_out, fan_in)
            linear.bias.copy_(torch.from_numpy(net.params[f"b{k}"]))
    dropouts = [nn.Dropout(p=p) for p in net.dropouts]
    masks = []
    for module in dropouts:
        # A unit that is 0 before it is dropped stays 0: its mask does not matter.
        module.register_forward_hook(
            lambda module, inputs, output: masks.append(
                (output.detach() != 0).double().numpy() / (1 - module.p)
            )
        )
    first, second, third = linears
    model = nn.Sequential(first, nn.ReLU(), dropouts[0], second, nn.ReLU(), dropouts[1], third)
    model.train()
    scores = model(torch.from_numpy(net.X))
    scores.retain_grad()
    nn.functional.cross_entropy(scores, torch.from_numpy(net.y)).backward()
    grads = {}
    for k, linear in enumerate(linears, 1):
        grads[f"W{k}"] = linear.weight.grad.numpy().T
        grads[f"b{k}"] = linear.bias.grad.numpy()
    return Pass(tuple(masks), scores.detach().numpy(), scores.grad.numpy(), grads)


def draw_net(rng, sizes=(7, 12, 9, 4), examples=6):
    """A Net with random parameters for inputs of sizes[0] numbers and sizes[3] classes."""
    params = {}
    for k in (1, 2, 3):
        params[f"W{k}"] = rng.normal(size=sizes[k - 1 : k + 1]) / np.sqrt(sizes[k - 1])
        params[f"b{k}"] = 0.1 * rng.normal(size=sizes[k])
    return Net(
        params, rng.normal(size=(examples, sizes[0])), rng.integers(0, sizes[3], size=examples)
    )


def compare_layers(X, dropout, yours, theirs):
    """Print what two layers dropped, their factors and means. Returns whether they agree."""
    print(f"dropout = {dropout} (the probability of dropping)    yours     PyTorch")
    if np.shape(yours) != X.shape:
        kind = "None" if yours is None else f"something of shape {np.shape(yours)}"
        print(f"  dropout_layer returned {kind} for X of shape {X.shape}: differs")
        return False
    rows = [(_dropped(out), *_factors(out / X), np.mean(out / X)) for out in (yours, theirs)]
    words = ("fraction set to 0", "least factor of the others", "largest", "mean of out / X")
    limits = (CHANCE, ROUNDING, ROUNDING, CHANCE / (1 - dropout))
    agree = True
    for word, mine, other, limit in zip(words, *rows, limits, strict=True):
        close = bool(abs(mine - other) <= limit)
        agree = agree and close
        print(f"  {word:<40} {mine:8.4f}  {other:8.4f}  {_verdict(close)}")
    return agree


def compare_nets(names, net, theirs):
    """Run mlp_forward and mlp_backward with the masks of the Pass `theirs` and print how far scores
    and gradients are from it. Returns as compare_with_torch.
    """
    forward, backward = _find(names, "mlp_forward"), _find(names, "mlp_backward")
    print("The net, with PyTorch's masks: largest relative differences")
    given = GivenMasks(net.dropouts, theirs.masks)
    before = names.get("dropout_layer")
    names["dropout_layer"] = given
    try:
        result = forward(_copied(net.params), net.X.copy(), *net.dropouts, True)
        given.require_all_used()
    except NotComparable as reason:
        print(f"  {reason}\n  So nothing is compared.")
        return None
    finally:
        if before is None:
            del names["dropout_layer"]
        else:
            names["dropout_layer"] = before
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        print("  mlp_forward did not return (scores, cache), so nothing is compared.")
        return None
    scores, cache = result
    grads = backward(theirs.dscores.copy(), cache)
    pairs = {"scores": (scores, theirs.scores)}
    for name in GRADIENTS:
        found = grads.get(name) if isinstance(grads, dict) else None
        pairs[name] = (found, theirs.grads[name])
    differences = {name: relative_difference(*pair) for name, pair in pairs.items()}
    for name, difference in differences.items():
        print(f"  {name:<8} {difference:8.1e}  {_verdict(difference <= ROUNDING)}")
    return differences


class GivenMasks:
    """Stands in for dropout_layer: its first call has the first mask, its second the second.

    Raises NotComparable for any other call.
    """

    def __init__(self, dropouts, masks):
        self.left = list(enumerate(zip(dropouts, masks, strict=True), 1))

    def __call__(self, X, dropout):
        if not self.left:
            raise NotComparable("mlp_forward calls dropout_layer more than twice.")
        number, (expected, mask) = self.left.pop(0)
        if np.shape(X) != mask.shape:
            raise NotComparable(
                f"mlp_forward gives dropout_layer an array of shape {np.shape(X)} for hidden "
                f"layer {number}, which has the shape {mask.shape}."
            )
        if not np.isclose(dropout, expected):
            raise NotComparable(
                f"mlp_forward asks for dropout = {dropout} in hidden layer {number}, where "
                f"dropout_{number} is {expected}."
            )
        return X * mask

    def require_all_used(self):
        if len(self.left) == 2:
            raise NotComparable(
                "mlp_forward draws its masks without calling dropout_layer, so it cannot be given "
                "PyTorch's."
            )
        if self.left:
            raise NotComparable("mlp_forward calls dropout_layer once, not for both layers.")


def relative_difference(found, expected):
    """The largest |found - expected| over the largest |expected|; inf for another shape."""
    if found is None or np.shape(found) != expected.shape:
        return float("inf")
    return float(np.max(np.abs(found - expected)) / np.max(np.abs(expected)))


def _find(names, name):
    if name not in names:
        raise NameError(f"name {name!r} is not defined", name=name)
    return names[name]


def _copied(params):
    return {name: array.copy() for name, array in params.items()}


def _dropped(out):
    return float(np.mean(np.equal(out, 0)))


def _factors(ratio):
    kept = ratio[ratio != 0]
    return (float(kept.min()), float(kept.max())) if kept.size else (0.0, 0.0)


def _verdict(close):
    return "agree" if close else "differ"
