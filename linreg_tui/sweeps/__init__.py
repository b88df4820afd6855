"""Sweeps: running their trials, in threads, processes or a cluster, and showing them as a table."""
