"""What comes out of grading: feedback pages, and the marks in the forms that others read."""
