"""A judgement in words."""


def summary(judgement):
    """What a student is told, as plain text."""
    lines = [f"{judgement.mark:g} of {judgement.points} points: {judgement.status}"]
    if judgement.plain:
        lines.append("Read as: " + judgement.plain.replace("\n", "\n         "))
    if judgement.error:
        lines.append(judgement.error)
    lines += [f"{d.title[0].upper()}{d.title[1:]}. {d.advice}" for d in judgement.diagnoses]
    return "\n".join([*lines, *judgement.notes])
