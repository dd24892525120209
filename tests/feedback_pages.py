"""Notebooks whose feedback pages are looked at, and their elements as a browser has them."""

import base64
import io
import random

from bleach._vendor import html5lib  # parses as browsers do; html.parser would hide what breaks
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from test_safe_pages import SVG, display, graded, png

from autograder.marking.cell import RESULT_MIME
from autograder.pages import html

STUDENTS = {"text_cell_render", "output_subarea", "input_area", "comment", "note"}
PROSE = ("p", "figure", "pre", "h3", "a")  # how many there are depends on what was handed in
GIF = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
BROKEN = [
    "<div><table><td><div>",
    "</div></div></div></td></table>",
    "<p><b><i><a href='#'>",
    "a\x00b <b\x00> &#0; <img alt='\x00",
    f"<img title='<img src=\"x.png\">' src='{GIF}'>",
    "<!-- <p>", "<![CDATA[ <p> ]]>", "<?php <p>", "<plaintext>", "<textarea>", "<title>",
    "<svg><desc><p>", "<math><annotation-xml encoding='text/html'><p>",
    "<table><tr><td>1</td><p>between</table>",
    "<ul><li><ol></ul>", "<pre>\n\n<code>", "&notanentity; &amp;lt;script&amp;gt;",
]  # fmt: skip


def skeleton(page):
    """The page's own elements, as a browser has them, without what stands in students' parts."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    return _own(root)


def _own(element):
    classes = set((element.get("class") or "").split())
    inside = [] if classes & STUDENTS else [_own(c) for c in element if isinstance(c.tag, str)]
    return (element.tag, element.get("id"), [c for c in inside if c[0] not in PROSE])


def folded(page):
    """How many cells lie folded in the page itself, not in another cell."""

    def count(element):
        tag, _, inside = element
        return (tag == "details") + sum(map(count, inside))

    return count(skeleton(page))


def jpeg():
    """A real plot, in base64."""
    buffer = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(buffer, format="jpeg")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def everything():
    """A notebook with each kind of cell and output that the page shows."""
    count = {"execution_count": 3}
    outputs = [
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m <b> \x00\n"),
        new_output("stream", name="stderr", text="warning"),
        new_output("error", ename="E", evalue="v", traceback=["\x1b[1;32mline\x1b[0m", "<x>"]),
        display({"image/png": png(), "text/plain": "<Figure>"}, **{"image/png": {"width": 300}}),
        display({"image/png": png()}, **{"image/png": {"alt": 'a "curve"'}}),
        display({"image/jpeg": jpeg()}, **{"image/jpeg": {"height": 20}}),
        display({"image/svg+xml": SVG.format('<path d="M0 0"/>')}),
        new_output("execute_result", {"image/png": png()}, **count),
        new_output("execute_result", {"image/svg+xml": SVG.format("<g/>")}, **count),
        new_output("execute_result", {"text/plain": "3"}, **count),
        new_output("execute_result", {"text/html": "<table><tr><td>1</table>"}, **count),
        display({"text/markdown": f"**b** ![p](data:image/png;base64,{png()})"}),
        display({"text/latex": "$x<y$"}),
        display({"text/html": f'<img src="data:image/png;base64,{png()}">'}),
    ]
    task = graded("task", "Do it", kind="markdown", points=3)
    task.metadata.nbgrader.update(task=True, grade=False, locked=False)
    result = graded("test_net", "assert net\n")
    result.outputs = [display({"text/html": '<div class="cell-result">3 of 5</div>'})]
    result.outputs[0].data[RESULT_MIME] = {"mark": 3}
    return new_notebook(
        cells=[
            new_markdown_cell(
                "# Title\n\n`a  b` &nbsp; &copy; <br> x  \n$a < b$\n\n- [x] y", id="a"
            ),
            new_markdown_cell(f"![p](data:image/png;base64,{png()})\n![]({GIF})", id="b"),
            new_code_cell("%matplotlib inline\n\n\nx = '<&>'  # é\n\t1", id="c", outputs=outputs),
            new_code_cell("", id="d"),
            graded("written", "my <i>answer", kind="markdown", solution=True),
            graded("layer", "def f():\n    pass", solution=True),
            new_raw_cell("raw <b>text", id="e"),
            task,
            result,
        ],
        metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}},
    )


def broken():
    """What parsers like to repair, in each place of a page."""
    cells = [new_markdown_cell(text, id=f"m{i}") for i, text in enumerate(BROKEN)]
    outputs = [display({"text/html": text, "text/plain": text}) for text in BROKEN]
    outputs += [display({"text/markdown": text}) for text in BROKEN]
    outputs += [new_output("stream", name="stdout", text=text) for text in BROKEN]
    cells.append(new_code_cell("\n".join(BROKEN), id="c", outputs=outputs))
    cells.append(new_markdown_cell("after them", id="z"))
    return new_notebook(cells=cells)


def soup():
    """Tags, ends of tags and texts in no order: always the same."""
    draw = random.Random(20)
    words = ["x  y", "<", "&lt;", "&amp;#60;img&gt;", "\x00", "\n\n", "* ", "> ", "`", "-->", '"']
    names = sorted(html.TAGS | html.WITH_CONTENT | {"form", "body", "frameset", "nobr", "marquee"})
    some = ["", ' class="a"', " title='<img src=\"x\">'", ' style="color:red"', f" src={GIF}", "/"]

    def part():
        name = draw.choice(names)
        opened = f"<{name}{draw.choice(some)}{draw.choice(some)}{draw.choice(['>', '>', ''])}"
        return draw.choice([opened, opened, f"</{name}>", draw.choice(words)])

    texts = ["".join(part() for _ in range(draw.randint(2, 30))) for _ in range(60)]
    return new_notebook(cells=[new_markdown_cell(text, id=f"s{i}") for i, text in enumerate(texts)])
