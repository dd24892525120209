"""Checks of `dropout_in_practice`: mlp."""
