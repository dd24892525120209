"""Checks of `dropout_in_practice`: faults."""
