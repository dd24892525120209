"""Keeping what is not for students out of their feedback page."""

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme


class HideFromStudents(ClearHiddenTests):
    """Removes hidden tests and rubrics from the page (nbgrader #917 shows them in full)."""

    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        return ClearMarkScheme(enforce_metadata=False).preprocess(nb, resources)
