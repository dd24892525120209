"""What a student reads on the feedback page, and what not."""

import nbformat
import pytest
from marked_notebooks import (
    NAMES,
    RUBRIC,
    SECRET,
    answer,
    failed,
    marked_tests,
    notebook,
    passed,
    question,
    text,
    three_misconceptions,
    work,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.converters import GenerateFeedback
from page_dom import parsed
from test_safe_pages import png

from autograder.checks.misconceptions import catalogue
from autograder.execute.feedback import HideFromStudents
from autograder.intake.rebuild import with_notes
from autograder.marking.judge import Outcome
from autograder.pages.sanitize import SanitizeNotebook
from autograder.reports.feedback_page.exporter import FeedbackExporter
from autograder.reports.feedback_page.page import page_of


def exporter():
    """The course's exporter with the preprocessors that need no gradebook."""
    nbgraders = GenerateFeedback().config.HTMLExporter
    made = FeedbackExporter(
        template_name="feedback",
        extra_template_basedirs=list(nbgraders.extra_template_basedirs),
        exclude_anchor_links=True,
    )
    made.register_preprocessor(SanitizeNotebook, enabled=True)
    made.register_preprocessor(HideFromStudents, enabled=True)
    return made


@pytest.fixture(scope="module")
def page():
    """page(notebook, **names): the page's DOM."""
    used = exporter()

    def make(made, **names):
        resources = {"nbgrader": NAMES | names}
        return parsed(used.from_notebook_node(nbformat.from_dict(made), resources)[0])

    return make


def words(element):
    return " ".join(element.get_text(" ").split())


def heading(dom, name):
    return words(dom.find(id=name))


def test_three_misconceptions_are_all_named_each_once_and_first(page):
    """By title, with advice, what it cost in all, and all that was seen of it; costliest first."""
    dom = page(three_misconceptions())
    lost = dom.select("article.lost")
    names = ("keep-drop-swapped", "no-rescaling", "exact-count")
    titles = [catalogue()[n].title.replace("the k", "The k").replace("alw", "Alw") for n in names]
    assert [words(a.h3) for a in lost] == [
        f"{title} {points} points lost"
        for title, points in zip(titles, ("11", "3", "0.5"), strict=True)
    ]
    assert [words(li) for li in dom.select("ol.short li")] == [
        f"{title} {points} points" for title, points in zip(titles, ("11", "3", "0.5"), strict=True)
    ]
    assert catalogue()["keep-drop-swapped"].advice in words(lost[0])
    assert len(lost[0].select(".evidence")) == 2
    for part in ("Dropout forward: the mask", "fraction_kept_is_p(x)", "kept .75", "4 is right"):
        assert part in words(lost[0])
    assert words(dom.select_one("main > section + section > h2")) == "Lost points, and why"


def test_a_message_leads_back_to_the_text(page):
    """To the text of the misconception's part, wherever it was seen."""
    dom = page(three_misconceptions())
    link = dom.select("article.lost")[0].select_one(".advice a")
    assert words(link) == "Read part 1 again"
    target = dom.find(id=link["href"][1:])
    assert target.name == "summary"
    assert "Keep with" in words(target.parent)


def test_every_link_of_the_page_has_its_place(page):
    """And no place stands twice."""
    dom = page(three_misconceptions())
    places = [e["id"] for e in dom.find_all(id=True)]
    assert len(places) == len(set(places))
    links = [a["href"][1:] for a in dom.find_all("a") if a["href"].startswith("#")]
    assert len(links) > 8
    assert set(links) <= set(places)


def test_marks_by_part_add_up_and_what_awaits_is_no_zero(page):
    """The unmarked answer's points stand apart; they are not lost."""
    dom = page(three_misconceptions())
    rows = [[words(c) for c in r.find_all(["th", "td"])] for r in dom.select("table tr")[1:]]
    assert rows == [
        ["Part 1: forward", "1.5", "7", "5.5 lost"],
        ["Part 2: backward", "0", "15", "6 not marked yet"],
        ["All", "1.5", "22", "6 not marked yet"],
    ]
    assert words(dom.select_one(".total")) == "1.5 of 16 points marked so far"
    assert "6 more points are not marked yet" in words(dom.select_one("p.wait"))
    assert heading(dom, "marked-2").endswith("6 points, not marked yet")


def test_full_marks_give_nothing_to_worry_about(page):
    """No lost mark, no warning, no entry of a mistake."""
    full = notebook(
        text("## Part 1\n\nDo.", "a"), marked_tests("t", passed("a", 2.0)), answer("w", score=6.0)
    )
    dom = page(full)
    assert heading(dom, "lost") == "No test lost points"
    assert not dom.select("article.lost, .wait, .note, .bad")
    assert words(dom.select_one(".total")) == "8 of 8 points"
    assert [words(e) for e in dom.select("table .full")] == ["full marks"]


def test_a_marker_s_points_and_comment_stand_with_the_answer(page):
    """The comment is Markdown, formulas set; an untouched answer says so, and no more."""
    dom = page(
        notebook(
            answer("w1", "My *words*.", score=4.5, comment="Good, but $E[x]$ is **missing**."),
            answer("w2", "YOUR ANSWER HERE", comment="No response."),
            work("layer", comment="Tidy code."),
        )
    )
    first, second, code = dom.select("article.answer")
    assert words(first.h3) == "w1 4.5 of 6"
    assert words(first.select_one(".theirs")) == "My words ."
    assert first.select_one(".comment strong").get_text() == "missing"
    assert first.select_one(".comment math")
    assert "$" not in words(first)
    assert words(second.h3) == "w2 0 of 6"
    assert "No answer was given." in words(second)
    assert "YOUR ANSWER HERE" not in words(second)
    assert "No response" not in words(dom)
    assert "Tidy code." in words(code)


def test_a_grader_fault_is_said_and_costs_nothing(page):
    """Its points await a person; nothing of its traceback is shown."""
    fault = Outcome("extreme_p", "grader_fault", 0.0, 3.0, fault="Traceback: in oracle.py")
    dom = page(
        notebook(
            marked_tests("t1", passed("a", 2.0)),
            marked_tests("t2", fault, title="Second", awaits=True),
        )
    )
    assert "the grader itself failed here" in words(dom.select_one(".note"))
    assert words(dom.select_one(".total")) == "2 of 2 points marked so far"
    assert heading(dom, "lost") == "No test lost points"
    assert "oracle.py" not in words(dom)


def test_a_zero_without_a_result_is_told_its_reason(page):
    """The time ran out, or the cell was never reached: what the notebook says is shown."""
    said = new_output("stream", name="stdout", text="test_net: 60 seconds were over\n")
    dom = page(notebook(marked_tests("test_net", outputs=[said], points=19.0, score=0.0)))
    (lost,) = dom.select("article.lost")
    assert words(lost.h3) == "Fully-connected net with dropout: not earned 19 points lost"
    assert "60 seconds were over" in words(lost)


def test_a_mark_that_a_person_changed_counts_and_is_called_so(page):
    """Neither the tests' messages nor their points stand beside it."""
    cell = marked_tests("t", failed("a", 5.0), score=5.0, by_hand=True)
    dom = page(notebook(cell))
    assert words(dom.select_one(".total")) == "5 of 5 points"
    assert "(set by a person)" in words(dom.select_one(".part .line"))
    assert heading(dom, "lost") == "No test lost points"  # the person has the last word
    lowered = marked_tests("t", passed("a", 5.0), title="Tests", score=2.0, by_hand=True)
    (lost,) = page(notebook(lowered)).select("article.lost")
    assert words(lost.h3) == "T: the mark was set by a person 3 points lost"
    assert "The tests gave 5 of 5 points." in words(lost)


def test_the_same_error_in_many_tests_is_said_once(page):
    """Twelve checks that found nothing written are one entry, of all functions together."""
    unwritten = {"called": "dropout_forward", "returned": "is not written yet", "expected": ""}
    cells = [
        marked_tests(f"t{i}", *[failed(f"c{j}", 1.0, **unwritten) for j in range(3)])
        for i in range(4)
    ]
    (lost,) = page(notebook(*cells)).select("article.lost")
    assert words(lost.h3) == "Not written yet 12 points lost"
    assert len(lost.select(".evidence")) == 4
    assert not lost.select("dl")


def test_late_points_are_shown_with_what_was_earned(page):
    """A penalty is a row of the table, and never makes a mark negative."""
    full = notebook(marked_tests("t", passed("a", 2.0)))
    dom = page(full, late_penalty=0.5, late_sentences=["Handed in 1 day late: 25 %."])
    assert "Handed in 1 day late: 25 %." in words(dom.select_one(".note"))
    assert words(dom.select_one(".total")) == "1.5 of 2 points"
    assert "−0.5" in words(dom.table)
    assert words(page(full, late_penalty=3.0).select_one(".total")) == "0 of 2 points"
    assert "were taken off" in words(page(full, late_penalty=0.5).select_one(".note"))


def test_a_note_on_the_file_stands_with_the_marks(page):
    """Whoever handed in a broken file reads so before anything else, and once."""
    made = with_notes(three_misconceptions(), ["the file n.ipynb could not be read"])
    dom = page(made)
    assert "n.ipynb could not be read" in words(dom.find(id="marks").parent)
    assert words(dom).count("could not be read") == 1


def test_hidden_tests_and_rubrics_are_nowhere(page):
    """Not in text, not in an attribute."""
    made = three_misconceptions()
    made.cells.append(question("q", "Why?"))
    dom = page(made)
    assert "Why?" in words(dom)
    for secret in (SECRET, RUBRIC, "HIDDEN", "MARK SCHEME", "RESULT_MIME"):
        assert secret not in str(dom)


def test_own_plots_are_shown_and_their_code_is_folded(page):
    """A student sees the plots at once; text output stays with its cell."""
    outputs = [
        new_output("stream", name="stdout", text="epoch 1\n"),
        new_output("display_data", {"image/png": png(), "text/plain": "<Figure>"}),
    ]
    cell = new_code_cell("plot()", id="added-1", outputs=outputs)
    dom = page(notebook(cell, new_markdown_cell("## Not a part", id="added-2")))
    (figure,) = dom.find_all("figure")
    assert not figure.find_parent("details")
    assert dom.find(string="epoch 1\n").find_parent("details")
    assert len(dom.select(".part")) == 1  # a student's heading begins no part


def test_an_assignment_without_a_marking_scheme_has_its_page(page):
    """Any nbgrader assignment: parts by the text's headings, titles by the cells' names."""
    made = notebook(
        text("## First task (3 points)\n\nDo.", "a"),
        marked_tests("test_double", points=3.0, score=1.0),
        text("## Second task", "b"),
        answer("why_so", points=2.0, score=2.0),
    )
    dom = page(made, assignment="other", notebook="n")
    assert words(dom.h1) == "n"
    rows = [words(row.th) for row in dom.select("tbody tr")]
    assert rows == ["First task", "Second task"]
    assert "Test double: not earned" in words(dom.select_one("article.lost"))
    assert heading(dom, "marked-1") == "why so 2 of 2"


def test_a_notebook_without_marks_has_its_page_too(page):
    """Nothing to mark is no fault."""
    dom = page(notebook(text("Hello.", "a")))
    assert not dom.table
    assert words(dom.select_one(".total")) == "0 of 0 points"


def test_page_of_counts_as_the_page_shows():
    """The model is plain data: sums without a template."""
    made = page_of(three_misconceptions(), NAMES | {"late_penalty": 1.0})
    assert (made.earned, made.mark, made.points, made.awaiting) == (1.5, 0.5, 22.0, 6.0)
    assert [s.number for s in made.parts] == [1, 2]
