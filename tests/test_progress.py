"""How far a class is, on a terminal and in a log."""

import io

from autograder.class_run.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def test_a_log_has_a_line_for_each_with_what_is_left():
    stream = io.StringIO()
    with Progress(3, stream) as progress:
        progress.done("ada", "82 points")
        progress.look("ben", "the file could not be read")
        progress.done("ben", "0 points")
        progress.done("eve", "9 points")
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("1/3 ada: 82 points; about ")
    assert lines[0].endswith("left")
    assert lines[1] == "LOOK ben: the file could not be read"
    assert lines[3] == "3/3 eve: 9 points; that is all"
    assert not any("\r" in line or "\x1b" in line for line in lines)


def test_a_terminal_has_a_bar_with_count_and_time_left():
    stream = Terminal()
    with Progress(2, stream) as progress:
        progress.done("ada", "82 points")
        progress.look("ben", "the file could not be read")
        progress.done("ben", "0 points")
    shown = stream.getvalue()
    assert "2/2" in shown
    assert "\r" in shown
    assert "LOOK ben: the file could not be read\n" in shown
    assert "82 points" not in shown  # that is for the log


def test_a_bar_starts_no_thread():
    """Processes are copied while it is shown."""
    import threading

    before = threading.active_count()
    with Progress(2, Terminal()) as progress:
        progress.done("ada")
        assert threading.active_count() == before


def test_nothing_to_do_is_no_error():
    with Progress(0, io.StringIO()):
        pass
