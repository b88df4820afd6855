"""The guided tour on the screen; its text is in `linreg_tui.tour`."""
