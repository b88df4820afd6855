"""The program's output: JSON, CSV, curves, the script that repeats a run, and the homework."""
