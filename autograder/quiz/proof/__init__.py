"""What shows that variants, keys, right forms and diagnoses fit together."""
