# ---
# jupyter:
#   copy_beside: [selfcheck.py, autograder/quiz/__init__.py, autograder/quiz/notebook.py, autograder/quiz/reading, autograder/quiz/questions]
# ---
{# The notebook `quiz8`: cells here, prose in quiz8.<language>.md, questions in
   autograder/quiz/questions, solutions in solutions/quiz8/reference.py, points in
   autograder/marking/quiz8.toml. Build: python -m autograder build quiz8 #}

{% macro test_cell(grade_id) -%}
# %% role="test" key="{{ grade_id }}"
{{ marks_comment(grade_id) }}
### BEGIN HIDDEN TESTS
from autograder.marking import mark

mark("{{ assignment }}", "{{ grade_id }}", globals())
### END HIDDEN TESTS
{%- endmacro %}

{% macro formula_question(key, item, name, test) -%}
# %% [markdown] key="{{ key }}"
{{ text(key) }}

# %% role="given" key="ask_{{ name }}"
paper.ask("{{ item }}")

# %% role="stub" key="{{ name }}"
{{ reference(name) }}

# %% role="given" key="see_{{ name }}"
with self_check("{{ name }}"):
    paper.read("{{ item }}", {{ name }}())

{{ test_cell(test) }}
{%- endmacro %}

# %% [markdown] key="intro"
{{ text("intro") }}

# %% [markdown] key="how_it_is_marked"
{{ text("how_it_is_marked") }}

# %% role="given" key="setup"
import numpy as np

from quiz.notebook import Paper
from selfcheck import self_check

paper = Paper()

# %% [markdown] key="your_paper"
{{ text("your_paper") }}

# %% role="stub" key="paper_code"
{{ reference("paper_code") }}

# %% role="given" key="see_paper_code"
with self_check("paper_code"):
    paper = Paper(paper_code())

# %% [markdown] key="writing"
{{ text("writing") }}

{{ formula_question("forward", "forward", "forward_formula", "test_forward_formula") }}

{{ formula_question("backward", "backward", "backward_formula", "test_backward_formula") }}

{{ formula_question("small", "convolution", "small_convolution", "test_small_convolution") }}

{{ formula_question("general", "general", "general_convolution", "test_general_convolution") }}

{{ formula_question("gradients", "extension", "small_gradients", "test_small_gradients") }}

# %% [markdown] key="code"
{{ text("code") }}

# %% role="stub" key="conv_forward_naive"
{{ reference("conv_forward_naive") }}

# %% role="given" key="see_conv_forward_naive"
with self_check("conv_forward_naive"):
    x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    w = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    b = np.array([0.5])
    for conv_param in ({"stride": 1, "pad": 0}, {"stride": 2, "pad": 1}):
        out, _ = conv_forward_naive(x, w, b, conv_param)
        print(f"{conv_param}, shape {out.shape}:")
        print(out[0, 0])

{{ test_cell("test_conv_forward_naive") }}

# %% [markdown] key="hand_in"
{{ text("hand_in") }}
