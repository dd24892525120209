"""What bounds the work on a text. Real answers stay far below."""

MAX_CHARACTERS = 4_000
MAX_TOKENS = 3_000
MAX_NODES = 1_500
MAX_DEPTH = 24  # brackets, fractions, indices and sums inside one another
MAX_SLASHES = 6  # in one product
MAX_LEVELS = 60  # of the tree
MAX_AMBIGUITIES = 4  # that are shown
MAX_DIGITS = 12  # of one number
MAX_EXPONENT = 12
MAX_STATEMENTS = 60
MAX_READINGS = 6  # of an ambiguous text, the first included
