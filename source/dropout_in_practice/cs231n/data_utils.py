"""The images: CIFAR-10 where its files are, otherwise scikit-learn's digits with wrong labels."""

import importlib.util
import os
import pickle
from pathlib import Path

import numpy as np

__all__ = ["get_experiment_data", "load_cifar10", "load_digits_with_wrong_labels"]


def get_experiment_data(folder="cifar-10-batches-py"):
    """CIFAR-10 if it is in the folder, else the digits; prints which.

    The environment variable CIFAR10_DIR, when set, names the folder instead. Returns a dictionary
    with X_train, y_train, X_val, y_val, X_test, y_test. Raises FileNotFoundError if CIFAR10_DIR
    names no folder, and what load_cifar10 raises.
    """
    asked_for = os.environ.get("CIFAR10_DIR")
    folder = Path(asked_for or folder)
    if folder.is_dir():
        print(f"Data: CIFAR-10 from {folder}")
        return load_cifar10(folder)
    if asked_for:
        raise FileNotFoundError(f"CIFAR10_DIR is {folder}, which is not a folder")
    print(
        f"Data: scikit-learn's digits, 40 % of the training labels wrong (no folder {folder}, "
        "so not CIFAR-10)"
    )
    return load_digits_with_wrong_labels()


def load_digits_with_wrong_labels(seed=231):
    """1797 handwritten digits of 8 x 8 pixels: 500 to train, 1000 to validate, 297 to test.

    200 training labels, drawn at random, are replaced by a wrong one: a net that learns those by
    heart does worse on new digits, which is the overfitting that dropout is to prevent.

    seed: fixes the split and the wrong labels; NumPy's global stream is neither used nor moved.
    Returns a dictionary with X_train (500, 64), y_train (500,), X_val, y_val, X_test, y_test:
    X float32, pixels 0 .. 16 minus the training mean; y int64. Raises ImportError without
    scikit-learn, which carries the images (UCI "Optical recognition of handwritten digits").
    """
    pixels, labels = _read_digits()
    rng = np.random.RandomState(seed)  # NumPy promises never to change this generator's stream
    order = rng.permutation(len(labels))
    train, val, test = np.split(order, [500, 1500])

    y_train = labels[train]
    wrong = rng.choice(500, 200, replace=False)
    y_train[wrong] = (y_train[wrong] + rng.randint(1, 10, size=200)) % 10

    data = _centred({"train": pixels[train], "val": pixels[val], "test": pixels[test]})
    return data | {"y_train": y_train, "y_val": labels[val], "y_test": labels[test]}


def _centred(images):
    """{'train': images, ...} -> {'X_train': float32 images minus the mean training image, ...}."""
    mean = images["train"].mean(axis=0, dtype=np.float64).astype(np.float32)
    return {f"X_{split}": np.subtract(x, mean, dtype=np.float32) for split, x in images.items()}


def _read_digits():
    """Returns pixels (1797, 64), 0 .. 16, and labels (1797,) int64."""
    # scikit-learn takes a second to import, and reading its file takes a fortieth of that.
    sklearn = importlib.util.find_spec("sklearn")
    if sklearn is None:
        raise ImportError("The digits come with scikit-learn: pip install scikit-learn")
    path = Path(sklearn.origin or "").parent / "datasets" / "data" / "digits.csv.gz"
    if path.is_file():
        table = np.loadtxt(path, delimiter=",")  # 64 pixels and a label a row
        if table.shape == (1797, 65):
            return table[:, :64], table[:, 64].astype(np.int64)

    from sklearn.datasets import load_digits  # the file has moved: ask scikit-learn itself

    return load_digits(return_X_y=True)


def load_cifar10(folder, num_train=49000, num_val=1000, num_test=1000):
    """CIFAR-10's "python version": data_batch_1 .. data_batch_5 and test_batch in the folder.

    The first num_train training images are for training, the next num_val for validation; the
    first num_test test images for testing. Returns a dictionary with X_train (num_train, 3, 32,
    32), y_train (num_train,) and so on: X float32 minus the mean training image, y int64.
    Raises FileNotFoundError for a missing file, ValueError for a malformed one or too few images.
    Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    folder = Path(folder)
    batches = [_read_batch(folder / f"data_batch_{i}") for i in range(1, 6)]
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    x_test, y_test = _read_batch(folder / "test_batch")
    for found, needed, where in [
        (len(x), num_train + num_val, "data_batch_1 .. data_batch_5"),
        (len(x_test), num_test, "test_batch"),
    ]:
        if found < needed:
            raise ValueError(f"{folder}: {where} hold {found} images; {needed} are needed")

    train, val = slice(num_train), slice(num_train, num_train + num_val)
    data = _centred({"train": x[train], "val": x[val], "test": x_test[:num_test]})
    return data | {"y_train": y[train], "y_val": y[val], "y_test": y_test[:num_test]}


def _read_batch(path):
    """Returns images (N, 3, 32, 32) uint8 and labels (N,) int64 of one CIFAR-10 file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: the folder needs data_batch_1 .. data_batch_5 and test_batch, "
            "from cifar-10-python.tar.gz"
        )
    try:
        with path.open("rb") as file:
            batch = _ArraysOnly(file, encoding="latin1").load()
    except Exception as error:  # a damaged pickle can fail in any way at all
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"{path} cannot be read as a CIFAR-10 batch ({reason})") from error

    if not isinstance(batch, dict) or not {"data", "labels"} <= batch.keys():
        held = sorted(map(str, batch)) if isinstance(batch, dict) else type(batch).__name__
        raise ValueError(f"{path} needs a dictionary with 'data' and 'labels'; it holds {held}")
    images, labels = batch["data"], batch["labels"]
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8:
        held = getattr(images, "dtype", type(images).__name__)
        raise ValueError(f"{path}: 'data' must be an array of uint8, not {held}")
    if images.ndim != 2 or images.shape[1] != 3072:
        raise ValueError(f"{path}: 'data' has shape {images.shape}; it must be (N, 3072)")
    if not isinstance(labels, list) or len(labels) != len(images):
        held = f"{len(labels)} labels" if isinstance(labels, list) else type(labels).__name__
        raise ValueError(f"{path}: 'labels' must be a list of {len(images)} labels, not {held}")
    if not all(type(label) is int and 0 <= label <= 9 for label in labels):
        raise ValueError(f"{path}: a label is not a whole number from 0 to 9")
    return images.reshape(-1, 3, 32, 32), np.array(labels, dtype=np.int64)


class _ArraysOnly(pickle.Unpickler):
    """Reads pickles of plain containers, numbers, text and NumPy arrays, and refuses the rest.

    A pickle may name any function for the reader to call, so an unknown file could run anything.
    """

    def find_class(self, module, name):
        """Returns what module.name stands for if an array needs it, else raises UnpicklingError."""
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]  # wherever this version of NumPy keeps it
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):  # how Python 3 writes bytes for Python 2
            return _encode_latin1
        raise pickle.UnpicklingError(f"it refers to {module}.{name}, which no array needs")


def _encode_latin1(text, encoding):
    """The one encoding that array pickles use; any other is refused."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}")
    return text.encode("latin1")
