"""What students made, safe to open: feedback pages, formgrader, the autograded notebook.

HTML is cleaned twice. `sanitize.SanitizeNotebook` does it once for all when the autograded notebook
is written, so that every later reader is safe; the filters and the same preprocessor do it again
when nbgrader makes a page, because the notebook may be older, or edited by hand.
"""
