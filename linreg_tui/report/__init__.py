"""What leaves the program: JSON, CSV, curves, the script that repeats a run, the homework."""
