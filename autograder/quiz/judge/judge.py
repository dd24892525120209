"""Judging an answer: the way in."""

from fractions import Fraction

from ..questions.questions import POINTS, question, vocabulary_of
from ..questions.variants import TABLES
from ..reading import Unreadable, as_plain, as_tex, read_all
from ..reading.echo import remarks
from . import dropout, general, gradients, small
from .assessment import BLANK, PARTLY, RIGHT, UNREAD, WRONG, Assessment, Judgement
from .catalogue import diagnoses
from .evaluate import Budget, Meaningless

JUDGES = {
    "forward": dropout,
    "backward": dropout,
    "convolution": small,
    "general": general,
    "extension": gradients,
}
UNKNOWN = "quiz-other"
# Of the general convolution: batch and channels, rows and columns.
MIXED = ((1, 1, 0, 0), (0, 0, 1, 1))
BASES = (1, 0)
# For each reading and each start of indices its own: what was tried before must not cost a right
# answer its steps. Twice what the longest right form of the catalogue takes.
STEPS_TO_BE_RIGHT = 45_000
UNREADABLE = {"blank": "quiz-blank", "code": "quiz-code"}
TABLE_OF = dict(zip(("forward", "backward", "convolution", "general"), TABLES, strict=True))
BASE_WRONG = "quiz-index-base"
# Whether an answer is right for another paper is only tried on answers of a natural length.
MAX_FOR_OTHER_VARIANTS = {"forward": 300, "backward": 300}
MAX_OTHERWISE = 1_500
STEPS_FOR_OTHER_VARIANTS = 20_000


def judge(item, text, variant, base=None, *, saw_reading=False):
    """Judge an answer to an item ('forward', ...) of a Variant: returns a Judgement.

    base: where the student said that indices start, 0 or 1; None where nothing was said, then
    either will do. saw_reading: whether it is certain that the student was shown how the answer
    is read; if not, an answer with several readings is judged by its best one.
    """
    asked = question(item, variant)
    points = POINTS[item]
    try:
        found = read_all(text, asked.vocabulary)
    except Unreadable as error:
        name = UNREADABLE.get(error.kind, "quiz-unread")
        status = BLANK if error.kind == "blank" else UNREAD
        return Judgement(
            item, points, status, Fraction(0), (diagnoses()[name],), error=error.rendering
        )
    budget = Budget()
    trees = (found.tree,) if saw_reading else (found.tree, *found.others)
    assessments = []
    for tree in trees:
        assessments.append(_assess(item, tree, variant.of(item), base, budget))
        if assessments[-1].is_right:
            break
    best = max(range(len(assessments)), key=lambda i: (assessments[i].share, -i))
    assessment = assessments[best]
    too_large = "quiz-too-large" in assessment.names
    if not assessment.share and not too_large and _is_for_another(item, text, variant, base):
        assessment = Assessment(Fraction(0), ("quiz-other-variant",))
    notes = (*remarks(found, asked.vocabulary), *assessment.notes)
    if best:
        notes += (f"Counted as {as_plain(trees[best])}, the reading that is better for you.",)
    return Judgement(
        item=item,
        points=points,
        status=_status(assessment.share),
        share=assessment.share,
        diagnoses=tuple(diagnoses()[name] for name in assessment.names),
        notes=tuple(dict.fromkeys(notes)),
        tex=as_tex(found.tree),
        plain=as_plain(found.tree),
        by_other_reading=bool(best),
    )


def _status(share):
    return RIGHT if share == 1 else PARTLY if share else WRONG


def _assess(item, tree, letters, base, budget):
    """One reading, with the indices as declared, or else as they make the answer right."""
    if item in ("forward", "backward"):
        return _guarded(dropout.assess, item, tree, letters, budget)
    assess = JUDGES[item].assess
    declared = BASES if base is None else (base,)
    mixed = MIXED if item == "general" and base is None else ()
    for b in (*declared, *mixed, *(b for b in BASES if b not in declared)):
        steps = Budget(STEPS_TO_BE_RIGHT)
        if _is_right(item, tree, letters, b, steps):
            found = _guarded(assess, tree, letters, b, Budget())
            if b in declared or b in mixed:
                return found
            return Assessment(diagnoses()[BASE_WRONG].share, (BASE_WRONG,), found.notes)
        if steps.left < 0:  # too large, wherever indices start
            return _guarded(assess, tree, letters, declared[0], budget)
    results = [_guarded(assess, tree, letters, b, Budget()) for b in declared]
    if mixed and all(UNKNOWN in result.names for result in results):
        results.append(_guarded(assess, tree, letters, mixed[0], Budget()))
    # Of those that earn the same, the one that says what is wrong.
    return max(results, key=lambda result: (result.share, UNKNOWN not in result.names))


def _guarded(assess, *arguments):
    try:
        return assess(*arguments)
    except Meaningless as error:
        return Assessment(Fraction(0), (error.diagnosis,), error.notes)


def _is_for_another(item, text, variant, base):
    """Whether a wrong answer is right for some other variant of the item."""
    if len(text) > MAX_FOR_OTHER_VARIANTS.get(item, MAX_OTHERWISE):
        return False
    own = variant.of(item)
    table = TABLE_OF["convolution" if item == "extension" else item]
    trees = {}
    budget = Budget(STEPS_FOR_OTHER_VARIANTS)
    for other in table:
        if other == own:
            continue
        vocabulary = vocabulary_of(item, other)
        if vocabulary not in trees:
            try:
                trees[vocabulary] = read_all(text, vocabulary, other_readings=False).tree
            except Unreadable:
                trees[vocabulary] = None
        tree = trees[vocabulary]
        if tree is not None and _is_right(item, tree, other, base, budget):
            return True
    return False


def _is_right(item, tree, letters, base, budget):
    judge = JUDGES[item]
    try:
        if item in ("forward", "backward"):
            return judge.is_right(item, tree, letters, budget)
        bases = BASES if base is None else (base,)
        return any(judge.is_right(tree, letters, b, budget) for b in bases)
    except Meaningless:
        return False
