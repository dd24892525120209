"""What grading costs, as ratios against stock nbgrader in the same run."""
