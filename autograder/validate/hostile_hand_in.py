"""Writing what a hostile case hands in."""

import json
import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import nbformat


def hand_in(case, cells, release, folder, values):
    """Write a case's submission into `folder`.

    cells: its base's (cases.base_cells). release: the released notebook's path. values: what
    stands for @NAME@ (cases.PLACES).
    """
    edits = case.filled(values)
    notebook = edited(nbformat.read(release, as_version=4), cells, edits)
    folder = Path(folder)
    folder.mkdir(parents=True)
    text = json.dumps(notebook, indent=1)
    files = edits.get("files") or [{"path": Path(release).name, "notebook": "utf-8"}]
    closed = []
    for file in files:
        path = os.path.join(os.fsencode(folder), unquote_to_bytes(file["path"]))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for number in range(file.get("times", 1)):
            _write(path + b"-%d" % number if number else path, file, text)
        if "mode" in file:
            closed.append((path, file["mode"]))
    for path, mode in closed:
        os.chmod(path, mode)


def edited(notebook, cells, edits):
    """The released notebook with a base's cells and a case's edits, as plain dictionaries."""
    notebook = json.loads(json.dumps(notebook))
    sources = cells | edits.get("put", {})
    found = []
    if "first" in edits:
        found.append(_code(edits["first"]))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in edits.get("deleted", ()):
            continue
        if name in edits.get("before", {}):
            found.append(_code(edits["before"][name]))
        cell["source"] = sources.get(name, cell["source"])
        _merge(cell["metadata"], edits.get("metadata", {}).get(name, {}))
        if name in edits.get("outputs", {}):
            cell["outputs"] = _saved(edits["outputs"][name])
        found.append(cell)
        if name in edits.get("copied", ()):
            found.append(json.loads(json.dumps(cell | {"id": f"{name}-copy"[:60]})))
        if name in edits.get("after", {}):
            found.append(_code(edits["after"][name]))
    if "last" in edits:
        found.append(_code(edits["last"]))
    if "markdown" in edits:
        found.append({"cell_type": "markdown", "metadata": {}, "source": edits["markdown"]})
    for number, cell in enumerate(found):
        cell.setdefault("id", f"own-{number}")
    _merge(notebook["metadata"], edits.get("notebook_metadata", {}))
    return notebook | {"cells": found}


def _code(source):
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source.strip("\n"),
        "outputs": [],
        "execution_count": None,
    }


def _saved(text):
    data = {"text/plain": text, "text/html": text}
    result = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
    return [result, {"output_type": "display_data", "data": data, "metadata": {}}]


def _merge(into, changes):
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _write(path, file, notebook):
    if "link" in file:
        os.symlink(file["link"], path)
    elif "fifo" in file:
        os.mkfifo(path)
    elif "directory" in file:
        os.mkdir(path)
    elif "size" in file:
        with open(path, "wb") as handle:
            handle.truncate(file["size"])
    else:
        with open(path, "wb") as handle:
            handle.write(_content(file, notebook))


def _content(file, notebook):
    if "notebook" in file:
        return notebook.encode(file["notebook"])
    if "bytes" in file:
        return bytes.fromhex(file["bytes"])
    if "nested" in file:
        return b"[" * file["nested"] + b"]" * file["nested"]
    if "cells" in file:
        return json.dumps({"cells": [_code("1")] * file["cells"], "nbformat": 4}).encode()
    return file["text"].encode()
