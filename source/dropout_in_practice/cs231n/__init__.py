"""What the assignment gives you: layers, optimisers, a solver, a gradient checker and the data."""
