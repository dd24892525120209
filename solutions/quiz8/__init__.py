"""Right and wrong answers to Quiz 8, written as templates over the variant."""
