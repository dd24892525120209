"""What arrives from a running cell, turned into a notebook's outputs as a front end does it."""

from nbformat import ValidationError
from nbformat.v4 import new_output

from autograder.sandbox.inside.outbox import RICH_BYTES, STREAM_CHARACTERS, error_output

LEFT_OUT = "\n[the rest of this cell's output is left out: it is too long]\n"
DISPLAYS = ("display_data", "update_display_data", "execute_result")


class NotebookOutputs:
    """The outputs of a notebook's cells, one cell at a time.

    Nothing is believed about what arrives: what is no valid output is left out, and what is too
    much is cut here, whatever the sender has cut.
    """

    def __init__(self):
        self._displays = {}

    def begin(self, cell):
        """What arrives from now on belongs to this cell."""
        self._cell = cell
        self._outputs = cell.outputs
        self._characters = self._bytes = 0
        self._full = self._clear_first = False

    def numbered(self, execution_count):
        """The cell's number has arrived; returns it."""
        if type(execution_count) is int and execution_count >= 0:
            self._cell.execution_count = execution_count
        return self._cell.execution_count

    def add(self, found, size):
        """Take one output, a dictionary that was `size` bytes long; never raises."""
        kind = found.get("output_type")
        if kind == "stream":
            self._add_stream(found)
        elif kind == "clear_output":
            self._clear_first = bool(found.get("wait"))
            if not self._clear_first:
                self._outputs.clear()
        elif kind == "left_out":
            self._say_left_out()
        elif kind == "error" or kind in DISPLAYS:
            self._bytes += size
            if self._bytes > 2 * RICH_BYTES:
                self._say_left_out()
            elif kind == "error":
                self.error(found.get("ename"), found.get("evalue"), found.get("traceback"))
            else:
                self._add_display(kind, found)

    def error(self, ename, evalue, traceback, first=False):
        """Add an error; first: before the errors that the cell has ended with."""
        traceback = traceback if isinstance(traceback, list) else []
        place = len(self._outputs)
        while first and place and self._outputs[place - 1].output_type == "error":
            place -= 1
        output = new_output(**error_output(ename, evalue, traceback))
        self._outputs.insert(place, output)

    def _add_stream(self, found):
        name, text = found.get("name"), found.get("text")
        if name not in ("stdout", "stderr") or not isinstance(text, str) or not text:
            return
        room = STREAM_CHARACTERS - self._characters
        self._characters += len(text)
        if room > 0:
            self._append_text(name, text[:room])
        if len(text) > room:
            self._say_left_out()

    def _append_text(self, name, text):
        self._clear_if_asked()
        last = self._outputs[-1] if self._outputs else {}
        if last.get("output_type") == "stream" and last.name == name:
            last.text += text
        else:
            self._outputs.append(new_output("stream", name=name, text=text))

    def _add_display(self, kind, found):
        data, metadata = found.get("data"), found.get("metadata")
        count = {"execution_count": self._cell.execution_count} if kind == "execute_result" else {}
        shown = "display_data" if kind == "update_display_data" else kind
        try:
            output = new_output(shown, data=data, metadata=metadata or {}, **count)
        except (ValidationError, TypeError, AttributeError):
            return
        display_id = found.get("display_id")
        if isinstance(display_id, str):
            for earlier in self._displays.setdefault(display_id, []):
                earlier.data, earlier.metadata = output.data, output.metadata
        if kind == "update_display_data":
            return
        self._clear_if_asked()
        self._outputs.append(output)
        if isinstance(display_id, str):
            self._displays[display_id].append(output)

    def _say_left_out(self):
        if not self._full:
            self._full = True
            self._append_text("stderr", LEFT_OUT)

    def _clear_if_asked(self):
        if self._clear_first:
            self._clear_first = False
            self._outputs.clear()
