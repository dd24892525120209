"""The layer that stands in for the student's while the net is checked."""

import numpy as np
import pytest

from autograder import oracle
from autograder.checks.net_pairing import MOST_ENTRIES, right_layer


@pytest.fixture
def layer():
    made = right_layer(oracle)
    return made["dropout_forward"], made["dropout_backward"]


def test_it_is_the_reference_s(layer):
    """Forward with and without a seed, in both modes, and backward."""
    forward, backward = layer
    x = np.random.default_rng(0).normal(size=(20, 30)).astype(np.float32)
    for param in ({"p": 0.5, "mode": "train", "seed": 3}, {"p": 0.5, "mode": "test"}):
        out, cache = forward(x, param)
        truth, reference_cache = oracle.reference().dropout_forward(x, param)
        assert np.array_equal(out, truth)
        assert out.dtype == np.float32
        assert np.array_equal(
            backward(x, cache), oracle.reference().dropout_backward(x, reference_cache)
        )
    assert cache[0] is param


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_its_mask_is_no_wider_than_x(layer, dtype):
    """It goes to the student's process and comes back, in every layer of every training step."""
    x = np.ones((20, 30), dtype)
    out, (_, mask) = layer[0](x, {"p": 0.3, "mode": "train"})
    assert mask.dtype == out.dtype == dtype
    assert np.array_equal(out, x * mask)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ([1.0], {"p": 1, "mode": "train"}),
        (np.ones(2), {"mode": "train"}),
        (np.ones(2), None),
        (np.ones(2), {"p": np.ones((3, 1)), "mode": "train"}),
        (np.ones(2), {"p": "1", "mode": "train"}),
        (np.ones(2), {"p": float("nan"), "mode": "train"}),
        (np.ones(2), {"p": 0.5, "mode": "train", "seed": np.ones(3)}),
        (np.zeros(MOST_ENTRIES + 1, np.int8), {"p": 0.5, "mode": "train"}),
    ],
)
def test_what_is_no_call_of_a_layer_is_refused(layer, arguments):
    """An array for p would multiply the sizes of two arrays in the grading process."""
    with pytest.raises(TypeError):
        layer[0](*arguments)


def test_a_mask_may_be_one_for_the_whole_batch(layer):
    """It broadcasts to dout's shape, as in the reference."""
    mask = np.array([[2.0, 0.0, 2.0]])
    assert np.array_equal(
        layer[1](np.ones((4, 3)), ({"mode": "train"}, mask)), np.repeat(mask, 4, axis=0)
    )


@pytest.mark.parametrize(
    "cache",
    [
        None,
        (),
        ("train", None),
        ({"mode": "train"}, np.ones((5, 1))),
        ({"mode": "train"}, [1.0, 1.0]),
    ],
)
def test_a_cache_of_another_form_is_refused(layer, cache):
    """Broadcasting included."""
    with pytest.raises((TypeError, ValueError)):
        layer[1](np.ones(5), cache)
