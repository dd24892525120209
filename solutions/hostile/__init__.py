"""Dishonest, broken and honest-but-odd submissions, and the result that each must get."""
