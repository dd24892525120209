"""Checks of `dropout_in_practice`, one module a topic.

Each message says which probability it means: "p (keep)" where the argument is called p, "dropout"
where it is the probability of dropping.
"""
