"""The guided tour: its chapters, and what they tell. What shows it is in `linreg_tui.tui.tour`.

Nothing here knows Textual, so that the tour can be printed as well. A chapter is one file in
`chapters`; how it is written is told there.
"""
