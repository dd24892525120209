"""nbgrader's configuration of this course; a reason beside each setting."""

from importlib.resources import files
from pathlib import Path

from autograder.quiz.command import secret_of

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "dropout"
# The release is committed with the course; masters and text lie in source/ beside the folders.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache"]

# release/ is committed, so it is always there already; the command must fill the gradebook too.
c.GenerateAssignment.force = True

# Rubrics stand in the question cells, which are not nbgrader "task" cells.
c.ClearMarkScheme.enforce_metadata = False

# Submissions are rebuilt on the released notebook, whatever was handed in.
c.Autograde.exporter_class = "autograder.execute.exporter.SubmissionExporter"

# Execute and SaveAutoGrades are replaced: a dead kernel loses nothing, and marks fail closed.
c.Autograde.autograde_preprocessors = [
    "autograder.execute.run_cells.ExecuteSubmission",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.execute.save_marks.SaveMarks",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    "autograder.pages.sanitize.SanitizeNotebook",
]
# Seconds a cell. The experiment trains for about one; sixty leaves room for slow machines.
c.Execute.timeout = 60

# What students' variants of the quiz are drawn with (docs/quiz.md); without it all have the same.
c.ExecuteSubmission.term_secret = secret_of(Path(__file__).parent)

# Late work loses nothing unless the course says what: c.LatePolicy.percent_per_day = 10, and so on
# (docs/exports.md). The student is told on the feedback page.
c.AssignLatePenalties.plugin_class = "autograder.execute.late_policy.LatePolicy"

# nbgrader's CSV with its cells quoted: a comma in a name would shift every column after it.
c.ExportApp.plugin_class = "autograder.reports.export.nbgrader_csv.NbgraderExport"

# Feedback and formgrader clean once more what students made: a notebook may be older, or edited.
c.HTMLExporter.preprocessors = [
    "autograder.pages.sanitize.SanitizeNotebook",
    "autograder.pages.rubrics.RubricsBesideAnswers",
]
c.HTMLExporter.filters = {
    "markdown2html": "autograder.pages.markdown.markdown2html",
    "clean_html": "autograder.pages.markdown.clean_html",
}
# nbconvert's templates then pass outputs through clean_html, and write no script of an output.
c.HTMLExporter.sanitize_html = True
# A heading's anchor is an id, and could be that of one of formgrader's fields.
c.HTMLExporter.exclude_anchor_links = True
# Formgrader's scripts stop without MathJax: our template takes it from the server, not the web.
c.HTMLExporter.extra_template_basedirs = [
    str(files("autograder.pages") / "templates"),
    str(files("nbgrader") / "server_extensions" / "formgrader" / "templates"),
]

# The page that students get; nbconvert's own is long and shows hidden tests.
c.GenerateFeedback.exporter_class = "autograder.reports.feedback_page.exporter.FeedbackExporter"
# Feedback shows neither hidden tests nor rubrics. The gradebook is asked once a notebook.
c.GenerateFeedback.preprocessors = [
    "autograder.reports.grades.GetGrades",
    "autograder.execute.feedback.HideFromStudents",
]
