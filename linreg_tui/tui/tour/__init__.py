"""The guided tour on the screen; what it tells is in `linreg_tui.tour`."""
