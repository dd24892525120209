"""Matrices and cases: [[a, b], [c, d]], [a, b; c, d], \\begin{bmatrix}, \\begin{cases}."""

from .sums import Sums
from .tree import Cases, Matrix


class Blocks(Sums):
    """What a Parser knows of rows."""

    def _has_rows(self, begin):
        return any(t.text == ";" for t in self.tokens[begin : self.closes[begin]])

    def _matrix(self):
        self.take()
        with self.deeper():
            rows = []
            if self.at("["):
                while self.accept("["):
                    rows.append(self._row("]"))
                    self.expect("]", "a row of a matrix ends with ]")
                    self.accept(",", ";", "\n")
            else:
                rows.append(self._row("]"))
                while self.accept(";", "\n"):
                    rows.append(self._row("]"))
            self.expect("]", "a matrix ends with ]")
        return self._rectangle(rows)

    def _row(self, end):
        row = [self.formula()]
        while not self.at(end, ";", "\n") and self.accept(",", "&"):
            row.append(self.formula())
        return tuple(row)

    def _rectangle(self, rows):
        if len({len(row) for row in rows}) != 1:
            raise self.error("the rows of this matrix differ in length")
        return self.made(Matrix(tuple(rows)))

    def _environment(self):
        kind = self.take().text
        with self.deeper():
            node = self._matrix_environment() if kind == "matrix" else self._cases_environment()
        if self.token.kind != "end":
            raise self.error("here \\end is expected")
        self.take()
        return node

    def _matrix_environment(self):
        rows = []
        while self.token.kind != "end":
            rows.append(self._row("\n"))
            if not self.accept("\n"):
                break
        return self._rectangle(rows)

    def _cases_environment(self):
        branches, otherwise = [], None
        while self.token.kind != "end":
            value = self.formula()
            self.accept(",")
            self.accept("&")
            if self.token.kind == "word" and self.token.text in ("otherwise", "else"):
                self.take()
                otherwise = value
            else:
                branches.append((value, *self.condition()))
            self.accept(",", ".", ";")
            if not self.accept("\n"):
                break
        return self.made(Cases(tuple(branches), otherwise))

    def condition(self):
        """if D = 1: returns the two sides."""
        while self.token.kind == "word":
            self.take()
        left = self.formula()
        self.expect("=", "a condition is an equation here, as in D = 1")
        return left, self.formula()
