"""The page that a student gets: what each part is worth, and what was lost to which mistake."""
