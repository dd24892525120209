"""The digits with wrong labels, and CIFAR-10 from small files in the real format."""

import functools
import importlib.util
import pickle
import struct
import subprocess
import sys
from typing import ClassVar

import numpy as np
import pytest
from sklearn.datasets import load_digits

from solutions.cs231n import data_utils

BATCHES = [f"data_batch_{i}" for i in range(1, 6)]
SIZES = {"num_train": 22, "num_val": 3, "num_test": 4}


# ---- digits ----


@pytest.fixture(scope="module")
def digits():
    """The experiment's data."""
    return data_utils.load_digits_with_wrong_labels()


def true_labels(digits, split):
    """scikit-learn's own labels of a split's images, which it finds by their pixels."""
    pixels, labels = load_digits(return_X_y=True)
    known = {tuple(image): label for image, label in zip(pixels, labels, strict=True)}
    # The splits hold every image, so each pixel's least value tells the mean that was taken off.
    least = np.min([digits[f"X_{name}"].min(axis=0) for name in ("train", "val", "test")], axis=0)
    raw = np.rint(digits[f"X_{split}"] - least + pixels.min(axis=0))
    return np.array([known[tuple(image)] for image in raw])


def test_digits_have_the_promised_shapes(digits):
    """500, 1000 and 297 images of 64 float32 pixels, with whole-number labels."""
    shapes = {name: array.shape for name, array in digits.items()}
    assert shapes == {
        "X_train": (500, 64),
        "y_train": (500,),
        "X_val": (1000, 64),
        "y_val": (1000,),
        "X_test": (297, 64),
        "y_test": (297,),
    }
    assert {digits[f"X_{split}"].dtype.name for split in ("train", "val", "test")} == {"float32"}
    assert {digits[f"y_{split}"].dtype.name for split in ("train", "val", "test")} == {"int64"}


def test_two_fifths_of_the_training_labels_are_wrong(digits):
    """200 of 500 training labels differ from the true ones, by every possible amount."""
    difference = (digits["y_train"] - true_labels(digits, "train")) % 10
    assert np.count_nonzero(difference) == 200
    assert set(difference) == set(range(10))
    assert set(digits["y_train"]) == set(range(10))


def test_validation_and_test_labels_are_right(digits):
    """Only training labels are touched."""
    for split in ("val", "test"):
        np.testing.assert_array_equal(digits[f"y_{split}"], true_labels(digits, split))


def test_digits_are_centred_on_the_training_images(digits):
    """The training mean is zero at every pixel; the pixels keep their scale of 0 to 16."""
    np.testing.assert_allclose(digits["X_train"].mean(axis=0), 0, atol=1e-5)
    assert np.ptp(digits["X_train"], axis=0).max() == pytest.approx(16)
    assert abs(digits["X_val"].mean(axis=0)).max() > 0.1


def test_digits_depend_on_the_seed_alone(digits):
    """The same seed gives the same data and another seed other data; np.random is left alone."""
    before = np.random.get_state()[1].copy()
    again = data_utils.load_digits_with_wrong_labels(seed=231)
    other = data_utils.load_digits_with_wrong_labels(seed=232)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    for name, array in digits.items():
        np.testing.assert_array_equal(array, again[name])
    assert (digits["y_train"] != other["y_train"]).any()


def test_digits_do_not_import_scikit_learn():
    """The images are read from scikit-learn's file, for importing it takes a second."""
    code = (
        "import sys; from solutions.cs231n.data_utils import load_digits_with_wrong_labels as load;"
        "load(); sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_digits_come_from_scikit_learn_if_its_file_has_moved(digits, monkeypatch, tmp_path):
    """Without the file, scikit-learn's own loader gives the same data."""
    spec = importlib.util.spec_from_file_location("sklearn", tmp_path / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    for name, array in data_utils.load_digits_with_wrong_labels().items():
        np.testing.assert_array_equal(array, digits[name])


def test_missing_scikit_learn_is_named(monkeypatch):
    """Without scikit-learn the message says what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install scikit-learn"):
        data_utils.load_digits_with_wrong_labels()


# ---- CIFAR-10 ----


class Python2Pickler(pickle._Pickler):
    """Writes what Python 2 and its NumPy wrote: byte strings, and arrays by their old module."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_string(self, text):
        raw = text if isinstance(text, bytes) else text.encode("latin1")
        if len(raw) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(raw)]) + raw)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = save_string

    def save_global(self, obj, name=None):
        if getattr(obj, "__name__", "") == "_reconstruct":
            self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
            self.memoize(obj)
        else:
            super().save_global(obj, name)


def write_batch(path, content):
    with path.open("wb") as file:
        Python2Pickler(file, protocol=2).dump(content)


def batch_of(images, labels):
    """A batch with the keys of the real files."""
    return {
        "batch_label": "training batch 1 of 5",
        "labels": labels,
        "data": images,
        "filenames": [f"image_{i}.png" for i in range(len(labels))],
    }


@pytest.fixture
def folder(tmp_path):
    """Six small files, 5 images each, in the format of cifar-10-python.tar.gz."""
    rng = np.random.default_rng(0)
    for name in [*BATCHES, "test_batch"]:
        images = rng.integers(0, 256, (5, 3072), dtype=np.uint8)
        write_batch(tmp_path / name, batch_of(images, rng.integers(0, 10, 5).tolist()))
    return tmp_path


def raw_images(folder, names):
    """The images of some files, read without our loader."""
    batches = [pickle.loads((folder / name).read_bytes(), encoding="latin1") for name in names]
    return np.concatenate([batch["data"] for batch in batches]), [
        label for batch in batches for label in batch["labels"]
    ]


def test_cifar_is_read_in_order_and_centred(folder):
    """Training, validation and test images in file order, minus the mean training image."""
    data = data_utils.load_cifar10(folder, **SIZES)
    pixels, labels = raw_images(folder, BATCHES)
    test_pixels, test_labels = raw_images(folder, ["test_batch"])
    mean = pixels[:22].mean(axis=0)
    for split, raw, y in (
        ("train", pixels[:22], labels[:22]),
        ("val", pixels[22:], labels[22:]),
        ("test", test_pixels[:4], test_labels[:4]),
    ):
        expected = (raw - mean).reshape(-1, 3, 32, 32)
        assert data[f"X_{split}"].dtype == np.float32
        np.testing.assert_allclose(data[f"X_{split}"], expected, atol=1e-4)
        assert data[f"y_{split}"].tolist() == y


def test_cifar_saved_again_by_python_3_is_read(folder):
    """A file that Python 3 pickled for Python 2 reads the same."""
    before = data_utils.load_cifar10(folder, **SIZES)
    for name in BATCHES:
        content = pickle.loads((folder / name).read_bytes(), encoding="latin1")
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))
    after = data_utils.load_cifar10(folder, **SIZES)
    np.testing.assert_array_equal(before["X_train"], after["X_train"])


def test_a_missing_cifar_file_is_named(folder):
    """The message names the file that is not there and where it comes from."""
    (folder / "data_batch_4").unlink()
    with pytest.raises(FileNotFoundError, match=r"data_batch_4 is missing.*cifar-10-python"):
        data_utils.load_cifar10(folder, **SIZES)


@pytest.mark.parametrize("kept", [0, 1, 100, 5000])
def test_a_truncated_cifar_file_is_named(folder, kept):
    """A download that stopped early is an error that names the file, wherever it stopped."""
    path = folder / "data_batch_2"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ValueError, match="data_batch_2 cannot be read"):
        data_utils.load_cifar10(folder, **SIZES)


IMAGES = np.zeros((5, 3072), dtype=np.uint8)
LABELS = [0, 1, 2, 3, 9]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([1, 2], "needs a dictionary .* it holds list"),
        ({"data": IMAGES, "fine_labels": LABELS}, r"it holds \['data', 'fine_labels'\]"),
        (batch_of(IMAGES.astype(np.float32), LABELS), "must be an array of uint8, not float32"),
        (batch_of(IMAGES.tolist(), LABELS), "must be an array of uint8, not list"),
        (batch_of(IMAGES[:, :3000], LABELS), r"'data' has shape \(5, 3000\)"),
        (batch_of(IMAGES.reshape(5, 3, 1024), LABELS), r"'data' has shape \(5, 3, 1024\)"),
        (batch_of(IMAGES, LABELS[:4]), "a list of 5 labels, not 4 labels"),
        (batch_of(IMAGES, [0, 1, 2, 3, 10]), "not a whole number from 0 to 9"),
        (batch_of(IMAGES, [-1, 1, 2, 3, 4]), "not a whole number from 0 to 9"),
        (batch_of(IMAGES, [0.5, 1, 2, 3, 4]), "not a whole number from 0 to 9"),
    ],
)
def test_a_malformed_cifar_file_is_named_with_the_reason(folder, content, reason):
    """Wrong contents are an error that names the file and says what is wrong in it."""
    write_batch(folder / "test_batch", content)
    with pytest.raises(ValueError, match=f"test_batch.*{reason}"):
        data_utils.load_cifar10(folder, **SIZES)


def test_too_few_cifar_images_are_counted(folder):
    """The real sizes with small files say how many images there are and how many are needed."""
    with pytest.raises(ValueError, match="data_batch_5 hold 25 images; 50000 are needed"):
        data_utils.load_cifar10(folder)
    with pytest.raises(ValueError, match="test_batch hold 5 images; 6 are needed"):
        data_utils.load_cifar10(folder, **SIZES | {"num_test": 6})


class Calls:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "call", [(exec, "open({path!r}, 'w')"), (open, "{path}", "w"), (np.load, "{path}")]
)
def test_a_cifar_file_cannot_run_code(folder, call):
    """A pickle that names any other function is refused before the function is called."""
    path = folder / "made_by_the_pickle"
    function, *arguments = call
    hostile = Calls(function, *(text.format(path=str(path)) for text in arguments))
    content = pickle.dumps(batch_of(IMAGES, [hostile]), protocol=2)
    (folder / "data_batch_1").write_bytes(content)
    with pytest.raises(ValueError, match=r"data_batch_1.*which no array needs"):
        data_utils.load_cifar10(folder, **SIZES)
    assert not path.exists()


def test_a_cifar_file_may_use_one_encoding_only(folder):
    """The encoder that array pickles call is no way to other codecs."""
    content = b"c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00rot13tR."
    (folder / "data_batch_1").write_bytes(content)
    with pytest.raises(ValueError, match=r"data_batch_1.*encoding 'rot13'"):
        data_utils.load_cifar10(folder, **SIZES)


# ---- which of the two ----


@pytest.fixture
def small_cifar(folder, monkeypatch):
    """The loader asks for as many images as the small files hold."""
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    small = functools.partial(data_utils.load_cifar10, **SIZES)
    monkeypatch.setattr(data_utils, "load_cifar10", small)
    return folder


def test_cifar_is_used_where_it_is(small_cifar, capsys):
    """With the folder there, its images are used and the output says so."""
    assert data_utils.get_experiment_data(small_cifar)["X_train"].shape == (22, 3, 32, 32)
    assert capsys.readouterr().out == f"Data: CIFAR-10 from {small_cifar}\n"


def test_the_environment_names_the_cifar_folder(small_cifar, monkeypatch, capsys):
    """CIFAR10_DIR is used in place of the folder given."""
    monkeypatch.setenv("CIFAR10_DIR", str(small_cifar))
    assert data_utils.get_experiment_data("elsewhere")["X_train"].shape == (22, 3, 32, 32)
    assert str(small_cifar) in capsys.readouterr().out


def test_a_wrong_cifar_folder_in_the_environment_is_an_error(monkeypatch, tmp_path):
    """Someone who asks for CIFAR-10 does not silently get digits."""
    monkeypatch.setenv("CIFAR10_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"CIFAR10_DIR is .*nowhere"):
        data_utils.get_experiment_data()


def test_digits_are_used_without_cifar(monkeypatch, tmp_path, capsys):
    """Without the folder the digits are used and the output says which data, and why."""
    monkeypatch.delenv("CIFAR10_DIR", raising=False)
    data = data_utils.get_experiment_data(tmp_path / "nowhere")
    assert data["X_train"].shape == (500, 64)
    printed = capsys.readouterr().out
    assert "digits" in printed
    assert "40 % of the training labels wrong" in printed
    assert "nowhere" in printed
