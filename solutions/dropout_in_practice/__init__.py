"""The worked solution of `dropout_in_practice`, its oracles, and right and wrong solutions."""
