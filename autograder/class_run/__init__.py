"""A whole class: executed in parallel, resumable, recorded by one process."""
