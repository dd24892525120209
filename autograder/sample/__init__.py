"""The sample class: submission folders of every kind, graded end to end by nbgrader itself."""
