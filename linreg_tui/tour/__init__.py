"""The guided tour: its chapters and their numbers. `linreg_tui.tui.tour` shows it.

Nothing here uses Textual, so that the tour can also be printed. A chapter is one file in
`chapters`, which explains how to write one.
"""
