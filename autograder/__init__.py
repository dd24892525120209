"""Builds, checks and marks the notebooks of the course."""
