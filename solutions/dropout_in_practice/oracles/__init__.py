"""Slow, obvious versions for `dropout_in_practice`, one module a topic."""
