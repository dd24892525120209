"""The class report: one page on what a class earned, misunderstood, and what awaits a person."""
