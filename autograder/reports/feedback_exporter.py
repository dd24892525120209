"""Feedback pages without nbconvert's last pass, which parses and writes the whole page anew.

That pass takes most of the time of a page, and changes little: it closes what students' HTML left
open, and gives pictures without a description one. Here the HTML is clean, and so balanced, before
it comes into the page (autograder.pages), and pictures are described where they are made. Spaces
between elements stay as the template has them.
"""

import re
from functools import lru_cache

from jinja2 import ChoiceLoader, DictLoader, pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from traitlets import Bool, default

from autograder.pages import markdown
from autograder.pages.once import once

NO_DESCRIPTION = "No description has been provided for this image"  # nbconvert's words
# The tags of clean HTML and of the template's pictures: "<" stands in quotes or begins a tag.
TAG = re.compile(
    r"""<(?P<name>/?[a-zA-Z][a-zA-Z0-9]*)
    (?P<attributes>(?:\s+[^\s"'=<>]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>]+))?)*)
    (?P<end>\s*/?>)""",
    re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""\s+([^\s"'=<>]+)(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>]+))?""")
PAGE = "described_feedback.html.j2"
TEMPLATE = """{%- extends 'index.html.j2' -%}
{%- block data_svg scoped -%}{{ super() | described }}{%- endblock -%}
{%- block data_png scoped -%}{{ super() | described }}{%- endblock -%}
{%- block data_jpg scoped -%}{{ super() | described }}{%- endblock -%}
"""


def described(html):
    """The HTML with a description in each picture that has none; it must be well-formed."""
    return TAG.sub(_described_tag, html) if "<img" in html else html


@pass_context
def markdown2html(context, source):
    """The pages' filter of this name, its pictures described."""
    return described(markdown.markdown2html(context, source))


@pass_context
def clean_html(context, html):
    """The pages' filter of this name, its pictures described."""
    return described(markdown.clean_html(context, html))


CLEANING = {"markdown2html": markdown2html, "clean_html": clean_html}


class FeedbackExporter(HTMLExporter):
    """nbconvert's HTMLExporter for a class: the same page, in a tenth of the time.

    Where the course's configuration does not clean students' HTML (`HTMLExporter.sanitize_html`
    and the two filters), or has another template, it is nbconvert's in everything.
    """

    optimistic_validation = Bool(
        True, help="Look at the notebook's format once, after the last preprocessor."
    ).tag(config=True)

    @default("template_file")
    def _template_file_default(self):
        return PAGE

    def __init__(self, config=None, **kw):
        super().__init__(config=config, **kw)
        self._highlight = lru_cache(maxsize=4)(self._new_highlight)

    def from_notebook_node(self, nb, resources=None, **kw):
        """Returns (page, resources), as HTMLExporter does."""
        if not self.is_clean:
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
    def is_clean(self):
        """Whether all HTML of students is cleaned on its way into the page."""
        filters = self.environment.filters
        return (
            self.sanitize_html
            and (self.template_name, self.template_file) == ("feedback", PAGE)
            and all(filters[name] is used for name, used in CLEANING.items())
        )

    def _create_environment(self):
        environment = super()._create_environment()
        environment.loader = ChoiceLoader([environment.loader, DictLoader({PAGE: TEMPLATE})])
        environment.filters["described"] = described
        for name, used in CLEANING.items():
            if environment.filters[name] is getattr(markdown, name):
                environment.filters[name] = used
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


def _described_tag(tag):
    if tag["name"].lower() != "img":
        return tag[0]
    names = [name.lower() for name in ATTRIBUTE.findall(tag["attributes"])]
    if "alt" in names:
        return tag[0]
    return f'<{tag["name"]}{tag["attributes"]} alt="{NO_DESCRIPTION}"{tag["end"]}'
