"""Pictures: arrays in, cells of characters out, and the widget that shows them."""
