"""Published figures beside ours, a module an assignment: `python -m autograder figures`."""
