"""Component styles that are worked out only when they are needed."""

from __future__ import annotations

from rich.style import Style
from textual.dom import DOMNode
from textual.widget import Widget


class LazyComponents(Widget):
    """A widget whose component styles are worked out when they are first used.

    Textual works out all COMPONENT_CLASSES of a widget, with a node for each, whenever it styles
    the widget: when it is mounted, and at each change of a class or of the focus above it. A plot
    has 29 of them. With COMPONENT_CLASSES, the key for one pane alone took 72 ms to show instead of
    31, and the key for presenter mode 185 ms instead of 68 (120x40, two cores).

    Related: Textualize/textual#6524, on how often nodes are styled. Checked with Textual 8.2.4 and
    8.2.8.
    """

    def component_style(self, name: str) -> Style:
        """Return the style of the component with that class."""
        if name not in self._component_styles:
            node = DOMNode(classes=name)
            node._attach(self)
            self.app.stylesheet.apply(node, animate=False)
            self._component_styles[name] = node.styles
        return self.get_component_rich_style(name)

    def notify_style_update(self) -> None:
        """Discard the component styles of the old theme."""
        self._component_styles.clear()
        super().notify_style_update()
