"""Feedback pages: nbconvert's HTMLExporter with the course's own template and no second parse.

nbconvert parses and writes each page anew once it is made, to close what students' HTML left open
and to give pictures a description. That takes most of a page's time; here the HTML is clean, and so
balanced, before it comes into the page (autograder.pages), and pictures are described as they come.
"""

import html as entities
import re
from functools import lru_cache

from jinja2 import ChoiceLoader, PackageLoader, pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from traitlets import Bool, default

from autograder.pages import markdown
from autograder.pages.html import clean
from autograder.pages.once import once
from autograder.reports.feedback_page.page import kind_of, page_of
from autograder.reports.feedback_page.pictures import described, picture

PAGE = "feedback/page.html.j2"
FIRST_WORDS = 70
LATEX = re.compile(r"<div>(\s*(?:\$|\\\[|\\begin)[^<>]*)</div>")


class FeedbackExporter(HTMLExporter):
    """The page that students get (autograder.reports.feedback_page.page), in HTML.

    What students made is always cleaned in it, whatever `HTMLExporter.sanitize_html` says. A course
    that names another template has nbconvert's exporter, in everything.
    """

    optimistic_validation = Bool(
        True, help="Look at the notebook's format once, after the last preprocessor."
    ).tag(config=True)

    @default("template_file")
    def _template_file_default(self):
        # "feedback" is what nbgrader asks for where the course's configuration names none.
        return PAGE if self.template_name == "feedback" else super()._template_file_default()

    def __init__(self, config=None, **kw):
        super().__init__(config=config, **kw)
        self._highlight = lru_cache(maxsize=4)(self._new_highlight)

    def from_notebook_node(self, nb, resources=None, **kw):
        """Returns (page, resources), as HTMLExporter does."""
        if not self.is_ours:
            return super().from_notebook_node(nb, resources, **kw)
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name", None))
        resources = self._init_resources(resources)
        data_types = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", data_types)
        if "highlight_code" not in self.filters:
            self.register_filter("highlight_code", self._highlight(lexer))
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **kw)

    @property
    def is_ours(self):
        """Whether the page is the course's own."""
        return self.template_file == PAGE

    def _create_environment(self):
        environment = super()._create_environment()
        ours = PackageLoader("autograder.reports.feedback_page", "templates")
        environment.loader = ChoiceLoader([ours, environment.loader])
        # nbconvert's templates escape for themselves, ours are escaped unless they say otherwise.
        environment.autoescape = _is_escaped
        environment.filters |= FILTERS
        return environment

    def _new_highlight(self, lexer):
        return remembered(Highlight2HTML(pygments_lexer=lexer, parent=self))


def remembered(highlight):
    """The filter `highlight`, asked once for a cell that many students have alike."""

    @once
    def highlighted(source, language, magics):
        return highlight(source, language, {"magics_language": magics} if magics else None)

    def filtered(source, language=None, metadata=None):
        # All that counts of a cell's metadata.
        return highlighted(source, language, (metadata or {}).get("magics_language"))

    return filtered


def page(notebook, resources):
    """The Page of a notebook."""
    return page_of(notebook, resources["nbgrader"])


def markdown_cell(cell):
    """A Markdown cell as clean HTML, formulas set."""
    return text_html(cell.source, cell.get("attachments"), markdown.own_classes(cell))


def text_html(source, attachments=None, classes=()):
    """Markdown as clean HTML, formulas set."""
    return described(markdown.to_page(source, attachments, classes))


@pass_context
def output_html(context, html):
    """A cell's HTML output, cleaned; LaTeX, which comes in a <div> (autograder.pages), set."""
    latex = LATEX.fullmatch(html)
    if latex:
        return text_html(entities.unescape(latex[1]))
    return described(clean(str(html), markdown.own_classes(context.get("cell") or {})))


def first_words(source):
    """How a text begins, on a line; its heading only where there is nothing else."""
    below = re.sub(r"^([#|].*|\s*)\n", "", source + "\n", flags=re.MULTILINE) or source
    # An underscore within a word is a name's.
    words = re.sub(r"(?<!\w)_|_(?!\w)|[#*`$>|\\]|<[^<>]*>", "", below).split()
    line = " ".join(words)
    return line if len(line) <= FIRST_WORDS else f"{line[:FIRST_WORDS].rsplit(' ', 1)[0]} …"


def lower_first(text):
    return text[:1].lower() + text[1:]


def upper_first(title):
    """A title with its first letter large; one that begins with a name of the code as it is."""
    word = title.split(" ", 1)[0]
    return title if "_" in word or "(" in word or len(word) == 1 else title[:1].upper() + title[1:]


def _is_escaped(name):
    return bool(name) and name.startswith("feedback/")


FILTERS = {
    "page": page,
    "kind_of": kind_of,
    "picture": picture,
    "markdown_cell": markdown_cell,
    "comment_html": text_html,
    "output_html": output_html,
    "output_markdown": text_html,
    "first_words": first_words,
    "lower_first": lower_first,
    "upper_first": upper_first,
}
