"""What all dialogs share: a box, fields, a list, a message, and the line of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from linreg_tui.tui.footer import Item, items
from linreg_tui.tui.keys import Key, bindings

Outcome = TypeVar("Outcome")

LONGEST_NUMBER_CELLS = 24
"""Characters of the longest number."""

WIDE_WORD_CELLS = 14
"""Characters; a longer word has a row of its own on narrow screens."""

CHOSEN = "▸"

MORE_KEYS = Key("ctrl+n", "ctrl+n", "more_keys", "More keys", "…")
"""Shows the next of a dialog's keys, where its line has no room for all."""

MORE = Item((MORE_KEYS,), MORE_KEYS.footer)
GAP = "  "
KEY_STYLE = "b $footer-key-foreground"
ACTION = "action"
"""The name under which a key on the line stores its action."""

FIELD_KEYS = (
    Key("up", "↑", "app.focus_previous", "Field above", "field"),
    Key("down", "↓", "app.focus_next", "Field below", "field"),
)
WORD_KEYS = (
    Key("left", "←", "turn(-1)", "Word before", "choose"),
    Key("right,space", "→", "turn(1)", "Next word", "choose"),
)


def apply_key(text: str) -> Key:
    """Return the key that applies a form."""
    return Key("enter,ctrl+s", "enter/ctrl+s", "apply", text.capitalize(), text)


def cancel_key(text: str = "cancel") -> Key:
    """Return the key that leaves a dialog."""
    return Key("escape,ctrl+x", "esc/ctrl+x", "cancel", text.capitalize(), text)


class DialogScreen(ModalScreen[Outcome], Generic[Outcome]):
    """A box over the panes with a line of its keys; closes with an outcome.

    `KEYS` are its bindings. Those with a footer text are on the line. An entry without keys only
    explains what can be done. `BOX` is the id of the box.

    Textual styles what is mounted, and again when its screen comes to the top, since the theme may
    have changed meanwhile. A screen that was just made doesn't need that.
    """

    KEYS: ClassVar[tuple[Key, ...]] = ()
    BOX: ClassVar[str]
    ROOMY: ClassVar[Size] = Size(76, 22)
    """Smaller screens get the class `narrow` or `short`."""

    # A modal screen hides the application's keys; and a text would copy instead of quitting.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings((MORE_KEYS,)),
        Binding("ctrl+c", "app.help_quit", "Quit", show=False, priority=True),
    ]

    _has_been_on_top = False

    def __init_subclass__(cls, **options: Any) -> None:
        if "KEYS" in vars(cls):
            cls.BINDINGS = bindings([key for key in cls.KEYS if key.keys])
        super().__init_subclass__(**options)

    def __init__(self, title: str | Content) -> None:
        super().__init__()
        self.box_title = title
        self._fitted_size: Size | None = None

    @property
    def keys(self) -> Sequence[Key]:
        """The keys on its line."""
        return self.KEYS

    def compose(self) -> ComposeResult:
        """Compose the box with its content."""
        self.fit(self.app.size)  # before there are widgets that would be styled again
        with Vertical(id=self.BOX) as box:
            box.border_title = self.box_title
            yield from self.compose_box()
            yield KeysLine(self.keys)

    def compose_box(self) -> ComposeResult:
        """Compose what is in the box above the line of the keys."""
        raise NotImplementedError

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Style it again, except the first time."""
        event.refresh_styles = self._has_been_on_top
        self._has_been_on_top = True

    def on_resize(self, event: events.Resize) -> None:
        """Fit it into the new size of the screen; the first event only tells the size it has."""
        if event.size != self._fitted_size:
            self.fit(event.size)

    def fit(self, size: Size) -> None:
        """Save room on a small screen."""
        self._fitted_size = size
        self.set_class(size.width < self.ROOMY.width, "narrow")
        self.set_class(size.height < self.ROOMY.height, "short")

    def set_focus(
        self,
        widget: Widget | None,
        scroll_visible: bool = True,  # noqa: ARG002 - as Textual has it
        from_app_focus: bool = False,
    ) -> None:
        """Leave scrolling to the body; Textual would scroll to where the widget was at first."""
        super().set_focus(widget, scroll_visible=False, from_app_focus=from_app_focus)

    def action_cancel(self) -> None:
        """Close without an outcome."""
        self.dismiss(None)

    def action_more_keys(self) -> None:
        """Show the next keys on the line."""
        for line in self.query(KeysLine):
            line.turn()


class KeysLine(Static):
    """The keys of a dialog and what they do; where not all fit, some at a time.

    If its height is `auto`, it has as many lines as all keys need, otherwise one.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__(id="keys")
        self._items = items(((key, key.footer) for key in keys if key.footer), {})
        self._first = 0

    def turn(self) -> None:
        """Show the next keys; after the last, the first."""
        self._first += 1
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the lines that all keys need."""
        return len(_split_into_lines(self._items, width))

    def render(self) -> Content:
        """Return all keys, or those that are shown now."""
        width = self.content_size.width
        parts = _split_into_lines(self._items, width)
        if len(parts) > 1 and not self.styles.is_auto_height:
            pages = _split_into_lines(self._items, width - _columns([MORE]) - len(GAP))
            parts = [[*pages[self._first % len(pages)], MORE]]
        lines = (Content(GAP).join(map(_content, part)) for part in parts)
        return Content("\n").join(lines)

    async def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        if action := event.style.meta.get(ACTION):
            await self.screen.run_action(action)


def _split_into_lines(shown: Iterable[Item], room: int) -> list[list[Item]]:
    """Split the items into lines that fit, each with at least one item."""
    parts: list[list[Item]] = [[]]
    for item in shown:
        if parts[-1] and _columns([*parts[-1], item]) > room:
            parts.append([])
        parts[-1].append(item)
    return parts


def _columns(shown: Iterable[Item]) -> int:
    return sum(_content(item).cell_length + len(GAP) for item in shown) - len(GAP)


def _between(item: Item) -> str:
    """Return what separates an item's keys; letters would be read as one word."""
    return " " if any(key.shown.isalnum() for key in item.keys) else ""


def _content(item: Item) -> Content:
    """Return keys and text; a click on a key runs it, and for a single key, one on the text too."""
    keys = [Content(key.shown).stylize(KEY_STYLE).stylize(_click(key)) for key in item.keys]
    text = Content(item.text)
    if len(item.keys) == 1 and (action := item.keys[0].action):
        target = action if action.startswith("app.") else f"screen.{action}"
        text = text.stylize(Style.from_meta({"@click": target}))
    return Content.assemble(Content(_between(item)).join(keys), " ", text)


def _click(key: Key) -> Style:
    """Return a style that makes a click run the key, without the colours of a link."""
    return Style.from_meta({ACTION: key.action})


class MessageLine(Static):
    """Says what will happen or what is wrong, one thing at a time, as text and not as markup."""

    def set_message(self, words: str, *, wrong: bool = False) -> None:
        """Replace the message."""
        self.update(Content(words))
        self.set_class(wrong, "wrong")


class Remarks(Vertical):
    """What is said about the fields of a body; it may lie over them."""

    class Resized(Message):
        """The remarks take more or less room."""

    def on_resize(self) -> None:
        """Tell the body."""
        self.post_message(self.Resized())


class Body(Container):
    """The part of a dialog that scrolls where there is too little room."""

    @on(events.Resize)
    @on(events.DescendantFocus)
    @on(Remarks.Resized)
    def keep_in_sight(self) -> None:
        """Scroll to the widget in focus once everything has its place."""
        self.call_after_refresh(self.show_focused)

    def show_focused(self) -> None:
        """Scroll to the widget in focus, with its label."""
        focused = self.screen.focused
        if focused is not None and self in focused.ancestors:
            shown = focused.parent if isinstance(focused.parent, Field) else focused
            shown.scroll_visible(animate=False, immediate=True)


class PlainList(OptionList, inherit_bindings=False):
    """A list whose cursor can be seen without colours; enter is left to the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "cursor_up", "Entry above"),
        ("down", "cursor_down", "Entry below"),
        ("home", "first", "First entry"),
        ("end", "last", "Last entry"),
        ("pageup", "page_up", "A page up"),
        ("pagedown", "page_down", "A page down"),
    ]

    def on_resize(self) -> None:
        """Keep the entry under the cursor in sight."""
        self.scroll_to_highlight()

    def render_line(self, y: int) -> Strip:
        """Return one row; the cursor's has a mark in its padding."""
        strip = super().render_line(y)
        place = _place_of(strip)
        if place is None or place != self.highlighted:
            return strip
        if y and _place_of(super().render_line(y - 1)) == place:
            return strip  # a further row of the same entry
        return Strip.join([Strip([Segment(CHOSEN, next(iter(strip)).style)]), strip.crop(1)])


def _place_of(strip: Strip) -> int | None:
    """Return which entry a row belongs to."""
    style = next((segment.style for segment in strip), None)
    place = None if style is None else style.meta.get("option")
    return place if isinstance(place, int) else None


class Entry(Input, inherit_bindings=False):
    """A text in its own row; up, down, enter and ctrl+x are left to the form.

    The form says what is wrong with the text. So the entry needs none of Textual's classes for that
    and for having no border: each of them would style it again while a form opens.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding
        for binding in Input.BINDINGS
        if isinstance(binding, Binding) and binding.key not in ("enter", "ctrl+x")
    ]

    def validate(self, _: str) -> None:
        """Find nothing wrong."""


class Choice(Widget, can_focus=True):
    """One of several words; a click on the left half chooses the word before, else the next."""

    word: reactive[str] = reactive("")

    class Changed(Message):
        """Another word was chosen."""

    def __init__(self, words: Sequence[str], word: str) -> None:
        super().__init__()
        self._words = words
        self.set_reactive(Choice.word, word)

    def turn(self, direction: int) -> None:
        """Choose the next word (1) or the one before (-1), in a circle."""
        place = self._words.index(self.word) + direction
        self.word = self._words[place % len(self._words)]

    def render(self) -> Content:
        """Return the word between arrows that keep their places."""
        room = self.content_size.width - 4
        return Content(f"‹ {self.word:{max(room, 0)}} ›")

    def watch_word(self) -> None:
        """Tell the form."""
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        """Choose the word before or the next one."""
        self.turn(-1 if event.x < self.size.width // 2 else 1)


class Field(Horizontal):
    """One setting: a mark if it is wrong or has no effect, its label, and its value as text.

    The value is a choice if there are `words`, otherwise an entry. In an entry of a number nothing
    else can be typed but the `others`, words that may stand for one; None lets anything be typed.
    """

    def __init__(
        self,
        setting: str,
        label: str,
        text: str,
        words: Sequence[str] = (),
        longest: int = LONGEST_NUMBER_CELLS,
        *,
        others: Sequence[str] | None = None,
        idle: bool = False,
    ) -> None:
        super().__init__(id=f"field-{setting}", classes="idle" if idle else None)
        if max(map(len, words), default=0) > WIDE_WORD_CELLS:
            self.add_class("wide")
        self.setting = setting
        self.label = label
        self._label = Static(self._marked(), classes="label")
        self._control: Choice | Entry
        if words:
            self._control = Choice(words, text)
        else:
            restrict = None if others is None else f"[-+−0-9.,eE{''.join(others)}]*"
            self._control = Entry(text, max_length=longest, restrict=restrict)

    def compose(self) -> ComposeResult:
        """Compose the label with its mark, and the value."""
        yield self._label
        yield self._control

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return self._control.value if isinstance(self._control, Input) else self._control.word

    @text.setter
    def text(self, text: str) -> None:
        if isinstance(self._control, Input):
            self._control.value = text
        else:
            self._control.word = text

    @property
    def focused(self) -> bool:
        """Whether it has the focus."""
        return self._control.has_focus

    @property
    def idle(self) -> bool:
        """Whether it is shown as having no effect."""
        return self.has_class("idle")

    def enter(self) -> None:
        """Focus the field's value."""
        self._control.focus()

    def mark(self, *, wrong: bool, idle: bool) -> None:
        """Show whether the value is wrong, and whether it has no effect."""
        if (wrong, idle) != (self.has_class("wrong"), self.idle):
            self.set_class(wrong, "wrong")
            self.set_class(idle, "idle")
            self._label.update(self._marked(), layout=False)

    def _marked(self) -> Content:
        mark = "✗" if self.has_class("wrong") else "–" if self.idle else " "
        return Content(f"{mark} {self.label}")

    def on_descendant_focus(self) -> None:
        """Highlight the field."""
        self.add_class("here")

    def on_descendant_blur(self) -> None:
        """Stop highlighting the field."""
        self.remove_class("here")

    def on_click(self) -> None:
        """Focus the value when the label is clicked."""
        self.enter()


class FormScreen(DialogScreen[Outcome | None], Generic[Outcome]):
    """A dialog of fields; closes with what was chosen, or None."""

    # The focused widget shows the focus itself; Textual would repaint this screen and those below.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.texts: dict[str, str] = {}
        self._hint = Static(id="hint")

    @property
    def fields(self) -> list[Field]:
        """All fields, from top to bottom and left to right."""
        # A query would match its selector against every widget, at each key.
        return [node for node in self.walk_children() if isinstance(node, Field)]

    @property
    def field_in_focus(self) -> Field | None:
        """The field that has the focus."""
        return next((field for field in self.fields if field.focused), None)

    def show_hint(self, words: str) -> None:
        """Show what the field in focus takes."""
        # Where it needs no second line, no move needs a new layout.
        self._hint.update(Content(words), layout=self.has_class("narrow"))

    def read_texts(self) -> bool:
        """Read the `texts` of all fields by setting; return whether any has changed."""
        before, self.texts = self.texts, {field.setting: field.text for field in self.fields}
        return self.texts != before

    async def wait_for_proposal(self) -> None:
        """Wait for the workers of the group `proposal`."""
        for worker in list(self.workers):
            if (worker.node, worker.group) == (self, "proposal"):
                await worker.wait()

    def action_turn(self, direction: int) -> None:
        """Choose the next word or the one before, if the field in focus has a choice."""
        if isinstance(self.focused, Choice):
            self.focused.turn(direction)
