"""A student's paper, and its key, as a page to print or to hand out."""

from .page import papers_page

__all__ = ["papers_page"]
