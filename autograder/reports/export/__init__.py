"""Marks in the formats of nbgrader, Canvas and Moodle: nbgrader exporter plugins, and a command."""
