"""`python -m autograder quiz`: papers, keys, judging, checking."""

import argparse
import re
from html.parser import HTMLParser

import pytest

from autograder.quiz import command
from autograder.quiz.judge import judge, key
from autograder.quiz.paper import papers_page
from autograder.quiz.questions import BASE, ITEMS, variant_from_code, variant_of

SECRET = "a secret of the term, for tests"
OTHER = variant_from_code("13-20-9-17")
VOID = {"meta", "link", "br", "img", "hr"}


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)


@pytest.fixture
def quiz(monkeypatch, tmp_path, capsys):
    """quiz(*words): the exit status, standard output and error of the command."""
    monkeypatch.delenv(command.SECRET_VARIABLE, raising=False)
    parser = argparse.ArgumentParser()
    command.add_options(parser.add_subparsers(dest="command"))

    def run(*words):
        status = command.run(parser.parse_args(["quiz", *words]), tmp_path)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_paper_holds_code_and_questions_and_no_answer(quiz, monkeypatch):
    monkeypatch.setenv(command.SECRET_VARIABLE, SECRET)
    status, page, _ = quiz("paper", "--student", "kim")
    assert status == 0
    found = _Page(page)
    text = " ".join(found.text)
    assert variant_of("kim", SECRET).code in text
    assert text.count("points)") == 5
    for item in ITEMS:
        for line in key(item, variant_of("kim", SECRET)).split("\n"):
            assert line not in text
            assert line.split(" = ")[1] not in text
    assert SECRET not in page


def test_a_key_holds_the_right_answers(quiz, monkeypatch):
    monkeypatch.setenv(command.SECRET_VARIABLE, SECRET)
    _, page, _ = quiz("paper", "--student", "kim", "--key")
    text = "".join(_Page(page).text)
    variant = variant_of("kim", SECRET)
    for item in ITEMS:
        assert key(item, variant) in text
        assert judge(item, key(item, variant), variant, 1).status == "right"


@pytest.mark.parametrize("with_key", [False, True])
def test_a_page_stands_by_itself(with_key):
    page = papers_page([("kim", BASE), ("<b>lee</b>", OTHER)], with_key)
    found = _Page(page)
    assert not found.open
    assert found.tags.count("h1") == 1
    assert found.tags.count("article") == 2
    assert {"main", "header", "math"} <= set(found.tags)
    assert not {"script", "link", "img", "iframe", "b"} & set(found.tags)
    assert ("lang", "en") in found.attributes
    assert not any(name.startswith("on") or name in ("src", "href") for name, _ in found.attributes)
    assert "&lt;b&gt;lee&lt;/b&gt;" in page
    assert "$" not in "".join(found.text)
    assert "\\" not in "".join(found.text)
    assert "prefers-color-scheme: dark" in page
    assert re.search(r"default-src 'none'", page)


def test_papers_of_a_list(quiz, tmp_path):
    (tmp_path / command.SECRET_FILE).write_text(SECRET + "\n", "utf-8")
    ids, page = tmp_path / "ids.txt", tmp_path / "papers.html"
    ids.write_text("\ufeffkim\n# away: choi\n\nlee\nkim\n", "utf-8")
    status, out, err = quiz("papers", str(ids), "--to", str(page))
    assert (status, out, err) == (0, "", "")
    text = page.read_text("utf-8")
    assert text.count("<article") == 2
    for student in ("kim", "lee"):
        assert variant_of(student, SECRET).code in text


def test_without_a_secret_it_is_said_that_all_have_the_same(quiz):
    status, page, err = quiz("paper", "--student", "kim")
    assert status == 0
    assert "1-1-1-1" in page
    assert "no secret" in err


def test_misuse_is_said_in_a_line(quiz, tmp_path, monkeypatch):
    (tmp_path / "ids.txt").write_text("# nobody\n", "utf-8")
    assert quiz("papers", str(tmp_path / "ids.txt"))[0] == 2
    status, _, err = quiz("papers", str(tmp_path / "none.txt"))
    assert status == 2
    assert "none.txt" in err
    monkeypatch.setenv(command.SECRET_VARIABLE, "short")
    status, _, err = quiz("paper", "--student", "kim")
    assert status == 2
    assert "short" not in err.replace("shorter", "")
    assert quiz("judge", "forward", "D", "--code", "9")[0] == 2


def test_an_answer_can_be_judged_by_hand(quiz):
    status, out, _ = quiz("judge", "forward", "D*Y")
    assert status == 0
    assert "1.5 of 3 points" in out
    assert "not divided by the probability of keeping" in out
    assert "3 of 3 points" in quiz("judge", "forward", "M*A/p", "--code", "2-1-1-1")[1]


def test_checking_variants_reports_and_tells_by_its_status(quiz, monkeypatch):
    status, out, _ = quiz("check-variants", "--only", "forward", "--numbers", "1", "7")
    assert status == 0
    assert "no problems" in out
    assert "0 problems" in out.splitlines()[-1]
    monkeypatch.setattr("autograder.quiz.proof.cases.key", lambda item, variant: "D*Y")
    status, out, _ = quiz("check-variants", "--only", "forward", "--numbers", "1")
    assert status == 1
    assert "the key is judged partly" in out
