"""What runs in the worker process and in its children, never in the grading process."""
