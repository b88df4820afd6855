"""The application: what it composes, which messages it handles, and what they change.

Everything on the screen is one value, `state`. A key or a message makes a new state. `show` puts it
on the screen: it gives each pane what is new for that pane and leaves the others alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from linreg_tui.compat.guarded import GuardedApp
from linreg_tui.compat.keys_in_turn import KeysInTurn, Typed
from linreg_tui.compat.main_screen import MainScreen
from linreg_tui.compat.palette import Palette
from linreg_tui.core.dataset import Dataset
from linreg_tui.core.edits import Edits
from linreg_tui.core.errors import InputError
from linreg_tui.core.settings import Settings, next_batch_size, scaled_rates, starting_at
from linreg_tui.core.stability import predict
from linreg_tui.preferences import PreferencesFile
from linreg_tui.training import Progress
from linreg_tui.tui import palette
from linreg_tui.tui.arrangement import LEAST_COLUMNS, LEAST_ROWS, arrange
from linreg_tui.tui.drawing.markers import BLOCK, BRAILLE, Markers
from linreg_tui.tui.files_opened import FilesOpened
from linreg_tui.tui.footer import KeysFooter, PressedKeys
from linreg_tui.tui.keys import KEYS, LIVE_KEYS, TOUR_KEYS, bindings
from linreg_tui.tui.link import LATE_FRAME_SECONDS, Link
from linreg_tui.tui.messages import (
    CurvesChosen,
    Edited,
    HandEnded,
    HandMoved,
    LossZoomed,
    PaneChosen,
    Progressed,
    RunChosen,
    StepChosen,
    ViewChosen,
)
from linreg_tui.tui.panes.live.loss import most_zoom_of
from linreg_tui.tui.panes.live.pane import LivePane
from linreg_tui.tui.player import Player
from linreg_tui.tui.state import AppState, Pane
from linreg_tui.tui.themes import THEMES, readable, remember_theme
from linreg_tui.tui.title import TABS, TitleBar
from linreg_tui.tui.work import begin

if TYPE_CHECKING:
    from linreg_tui.core.run import Run
    from linreg_tui.tour.scenes import Scene
    from linreg_tui.tui.dialogs.export import Export
    from linreg_tui.tui.dialogs.report import Draft
    from linreg_tui.tui.panes.closed_form.pane import ClosedFormPane
    from linreg_tui.tui.panes.data.pane import DataPane
    from linreg_tui.tui.panes.sweep.pane import SweepPane
    from linreg_tui.tui.panes.sweep.recipe import Recipe
    from linreg_tui.tui.tour.descent import DescentPane
    from linreg_tui.tui.tour.guide import Guide
    from linreg_tui.tui.tour.panel import TourPanel

EDIT_SECONDS = 0.3
"""Seconds without an edit before the program predicts anything for the edited data."""

LIVE_ACTIONS = {key.action.partition("(")[0] for key in LIVE_KEYS}

PLACES = ("below", "beside", "page")
"""Classes of the screen that say where the tour's panel is."""


class LinregApp(GuardedApp):
    """Four panes over one data set, the tour beside them, and the keys that drive them."""

    footer: KeysFooter
    live: LivePane
    data_pane: DataPane
    closed_form_pane: ClosedFormPane
    sweep_pane: SweepPane
    descent_pane: DescentPane
    tour_panel: TourPanel
    """Footer and live pane exist from the start, the others before the first key."""

    TITLE = "linreg-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*TOUR_KEYS, *KEYS))

    def __init__(
        self,
        data: Dataset,
        settings: Settings,
        markers: Markers = BRAILLE,
        named: Sequence[str] = (),
        tour: str | None = None,
        *,
        fps: int | None = None,
        file: PreferencesFile | None = None,
        workers: int = 1,
        hiding: bool = False,
        read_only: bool = False,
    ) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.link = Link(self.written, fps)
        self._player = Player(
            data, settings, self._report, partial(begin, self, "training"), workers
        )
        state = AppState.of(Edits.of(data), settings, self._player.view)
        self.state = replace(state, hiding=hiding)
        self._files = FilesOpened(named, file, read_only=read_only)
        self._markers = markers
        self._tour_at_first = tour
        self._in_turn = KeysInTurn(self)
        self._drawn: object = None
        self._one_plot = False
        self._complete = False
        self._ended: Run | None = None
        """The last run that was over when the user wanted to run or pause it."""
        self.settled = False
        """Whether all panes exist and the notices of the start have been shown."""

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's colours, and those of ours that can be read on them."""
        variables = super().get_css_variables()
        return variables | readable(variables, dark=self.current_theme.dark)

    def get_default_screen(self) -> MainScreen:
        """Return the screen of the panes."""
        return MainScreen(id="_default")

    def compose(self) -> ComposeResult:
        """Compose the live pane, which the user waits for, with room for the others."""
        # Set the classes first: a widget that exists already would be styled again.
        first = arrange(self.size, self.size, None, editing=False, presenting=False)
        self.main.update_classes(first.classes, update=False)
        state = self.state
        self.live = LivePane(state.view, state.plots, self._markers)
        yield TitleBar(state.data)
        with Horizontal(id="panes"):
            yield self.live
            yield Vertical(id="side")
        yield Static(id="too-small")
        self.footer = KeysFooter()
        yield self.footer
        yield PressedKeys()

    def on_mount(self) -> None:
        """Show what fits on the screen."""
        self._late_frame = self.set_interval(LATE_FRAME_SECONDS, self._show_late_frame, pause=True)
        self._arrange(self.size)
        self._predict(self.state.view.settings)
        if self._files.preferences is not None:
            remember_theme(self, self._files.preferences)

    def on_ready(self) -> None:
        """Let the live pane draw its pictures after its first paint, then do the rest."""
        self.call_after_refresh(self.call_later, self._settle)

    async def _settle(self) -> None:
        """Mount the other panes, open the tour if asked, and show the notices."""
        await self._mount_others()
        if self._tour_at_first is not None:
            self.guide.open(self._tour_at_first)
        data, run = self.state.data, self.state.view.run
        wrong = "" if self._files.preferences is None else self._files.preferences.problem
        notes = [*data.notes, run.loss.on_a_sample(run.data), wrong]
        if words := "; ".join(filter(None, notes)):
            self.notify(words, severity="warning" if wrong else "information", markup=False)
        self.settled = True

    async def _mount_others(self) -> None:
        """Mount the panes that the first paint doesn't need, if they don't exist yet."""
        if self._complete:
            return

        from linreg_tui.tui.panes.closed_form.pane import ClosedFormPane
        from linreg_tui.tui.panes.data.pane import DataPane
        from linreg_tui.tui.panes.sweep.pane import SweepPane
        from linreg_tui.tui.tour.descent import STILL, DescentPane, Walk
        from linreg_tui.tui.tour.panel import TourPanel

        state, markers, panes = self.state, self._markers, self.main.query_one("#panes")
        self.data_pane = DataPane(state.edits, state.data_view, markers)
        training, view = state.split.training, state.closed_form_view
        self.closed_form_pane = ClosedFormPane(training, view, markers)
        self.sweep_pane = SweepPane(state.sweep, state.curves, self.link, markers)
        self.descent_pane = DescentPane(Walk(STILL), markers)
        self.tour_panel = TourPanel(lambda: self.guide.check_scene())
        with self.batch_update():  # one layout for all of them
            side = panes.query_one("#side")
            await side.mount(self.data_pane, self.closed_form_pane, self.sweep_pane)
            await panes.mount(self.descent_pane, self.tour_panel)
            self._complete = True
            self.data_pane.show_split(state.split)
            self._arrange(self.size)

    def show(self, state: AppState) -> None:
        """Put a state on the screen, touching only what differs from the last one."""
        if not self.screen_stack:
            return  # a run continues for a moment while the application closes
        before = self.state
        if state.sweep is before.sweep:
            state = state.with_sweep()
        self.state = state
        if state.view.run is not self._player.view.run:
            self._player.resume(state.view)
        if (state.by_hand is None) != (before.by_hand is None):
            self.live.set_by_hand(by_hand=state.by_hand is not None)
        if state.editing != before.editing:
            self._player.set_endless(endless=state.editing)
        if state.presenting != before.presenting:
            self._draw_with_markers()
        if state.data is not before.data:
            self.main.query_one(TitleBar).show_data(state.data)
        if self._complete:
            self._show_others(state, before)
        if _arranged(state) != _arranged(before):
            self._arrange(self.size)
        if _drawn_of(state) != _drawn_of(before):
            self._show_run()
        other = state.view.run is not before.view.run or state.view.settings != before.view.settings
        if other and state.by_hand is None:
            self._predict(state.view.settings, EDIT_SECONDS if state.editing else 0.0)
            self._notify_if_sampled(before)

    def _show_others(self, state: AppState, before: AppState) -> None:
        if state.edits is not before.edits:
            self.data_pane.set_edits(state.edits)
        if (split := state.split).training is not before.split.training:
            self.data_pane.show_split(split)
            self.closed_form_pane.set_data(split.training)
        if state.data_view != self.data_pane.view:
            self.data_pane.show_view(state.data_view)
        if state.closed_form_view != self.closed_form_pane.view:
            self.closed_form_pane.show_view(state.closed_form_view)
        if state.sweep is not before.sweep:
            self.sweep_pane.show(state.sweep, state.curves, predicting=state.shows_predictions)
        elif state.curves != before.curves:
            self.sweep_pane.show_curves(state.curves)
        if state.walk is not before.walk and state.walk is not None:
            self.descent_pane.show(state.walk)
        if state.tour is not None and (state.tour, state.presenting) != (
            before.tour,
            before.presenting,
        ):
            self.tour_panel.show(state.tour, brief=state.presenting)

    def _show_run(self) -> None:
        """Draw the step in view; see `_catch_up` for a dialog or a slow terminal."""
        state = self.state
        self._drawn = state.view, state.view.run.history.last
        if state.view == self._player.view:
            self._late_frame.pause()
        else:  # a key changed how an earlier step is drawn, before the latest one was
            self._late_frame.resume()
        self.link.draw()
        self.live.show(state.shown_view, state.plots)
        self.footer.show_moment(state.view.moment)
        if state.editing and self._complete:
            self.data_pane.show_run(state.view)

    def _show_player(self) -> None:
        """Show the player's present state."""
        self.show(replace(self.state, view=self._player.view))

    @property
    def _to_draw(self) -> object:
        return self._player.view, self._player.view.run.history.last

    def _arrange(self, size: Size) -> None:
        """Give each pane its place on a screen of this size."""
        state, main, tour = self.state, self.main, self.state.tour
        room, place = size, ""
        if tour is not None:
            room, place = self.tour_panel.share(size)
        now = arrange(size, room, state.alone, editing=state.editing, presenting=state.presenting)
        classes = {
            "presenting": state.presenting,
            "touring": tour is not None,
            "tour-begun": state.touring,
            "asked": tour is not None and tour.asked,
            **{name: name == place for name in PLACES},
        }
        # All at once: each change would style every widget again.
        main.update_classes(classes | now.classes)
        self._one_plot = now.one_plot
        if now.too_small:
            main.query_one("#too-small", Static).update(
                f"linreg-tui needs {LEAST_COLUMNS}x{LEAST_ROWS} characters; "
                f"this screen has {size.width}x{size.height}."
            )
        main.query_one("#side").display = now.alone in (None, *TABS) and now.alone != "live"
        main.query_one(TitleBar).show_pane(now.alone)
        for pane in main.query(".pane"):
            pane.display = now.shows(pane.id)
            pane.set_class(now.alone == pane.id, "alone")
        main.query_one(PressedKeys).show_idle(touring=tour is not None, asked=classes["asked"])
        if self._complete:
            self.descent_pane.set_alone(alone=now.alone == "curve")
            self.data_pane.set_editing(editing=now.editing and not now.too_small)
            in_view = now.alone == "sweep" and not now.too_small
            self.sweep_pane.set_alone(alone=in_view, tight=now.one_plot)
        self.refresh_bindings()

    def on_resize(self, event: events.Resize) -> None:
        """Show what fits on the screen."""
        self._arrange(event.size)

    def _draw_with_markers(self) -> None:
        """Draw with blocks instead of braille when presenting: they can be seen from afar."""
        thick = self.state.presenting and self._markers is BRAILLE
        markers = BLOCK if thick else self._markers
        panes = self.live, self.data_pane, self.closed_form_pane, self.sweep_pane
        for pane in (*panes, self.descent_pane):
            pane.draw_with(markers)

    @property
    def main(self) -> Screen[object]:
        """The screen with the panes, whatever lies on top of it."""
        return self.screen_stack[0]

    @cached_property
    def guide(self) -> Guide:
        """The guide through the tour, loaded when it is first needed."""
        from linreg_tui.tui.tour.guide import Guide

        return Guide(self)

    async def on_event(self, event: events.Event) -> None:
        """Handle keys one at a time, and rest training while a key or a click does its work.

        Moving the mouse doesn't pause it.
        """
        typed = event if isinstance(event, Typed) and not event.is_forwarded else None
        if typed is not None and self._in_turn.holds(typed):
            return
        if isinstance(event, events.InputEvent) and not isinstance(event, events.MouseMove):
            if self.main.is_mounted:
                await self._mount_others()
            self._player.rest()
            if isinstance(typed, events.Key) and self.screen is self.main:
                self.main.query_one(PressedKeys).show_key(typed)
        await super().on_event(event)
        if typed is not None:
            self._in_turn.follow(typed)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Disable keys that would have no visible effect on the present screen.

        The live pane's keys are off while the sweep or the tour's curve has the keyboard. While
        points are edited, the key for the next view of the data and the tour's keys are off.
        Outside the tour, its keys are off.
        """
        state = self.state
        if action in LIVE_ACTIONS:
            focused = self.main.focused
            return focused is None or focused.id not in ("trials", "sweep-curves", "descent")
        if action == "next_view" and parameters == ("data",):
            return not state.editing
        if action in ("tour_on", "tour_back", "tour_chapters", "answer"):
            if state.tour is None or state.editing or self.screen is not self.main:
                return False
            if state.by_hand is not None:
                return False
            if action == "tour_on":
                return not self.guide.ended
            # An answer pressed again, too late, should not show another pane.
            return action != "answer" or self.guide.has_answer(cast("int", parameters[0]))
        return super().check_action(action, parameters)

    def _report(self, progress: Progress) -> None:
        self.post_message(Progressed(progress))

    def on_progressed(self, message: Progressed) -> None:
        """Show the training's progress, unless the terminal hasn't shown the last frame yet."""
        if self._player.set_progress(message.progress):
            self._catch_up()

    def _catch_up(self, *, late: bool = False) -> None:
        """Show what was left out, if anything was and the terminal is ready for it.

        Behind a dialog this is rare, since everything beneath it is painted again each time.
        """
        if self._drawn in (None, self._to_draw) or not self.screen_stack:
            return
        if (late or self.main.is_active) and self.link.free:
            self._show_player()
            if self._drawn != self._to_draw:  # the latest step has changed, that in view has not
                self._show_run()
        else:
            self._late_frame.resume()

    def _show_late_frame(self) -> None:
        self._catch_up(late=True)

    def post_display_hook(self) -> None:
        """Ask the terminal to answer when it has shown this frame."""
        if self.is_running and self.link.ask():
            self.ask_if_shown()

    def on_terminal_supports_synchronized_output(self) -> None:
        """Show what was left out, now that the terminal has answered."""
        self.link.answer()
        self._catch_up()

    def _predict(self, settings: Settings, wait: float = 0.0) -> None:
        """Predict what the settings lead to from the latest step."""
        self.workers.cancel_group(self, "prediction")
        begin(self, "prediction", self._predict_in_background, settings, wait)

    async def _predict_in_background(self, settings: Settings, wait: float) -> None:
        await asyncio.sleep(wait)
        run = self._player.view.run
        here = run.history[run.history.last]
        start = starting_at(settings, here.slope, here.intercept)
        found = await asyncio.to_thread(predict, run.all_data, start)
        if run is self._player.view.run:
            self._player.set_prediction(settings, found)
            self._show_player()

    def _notify_if_sampled(self, before: AppState) -> None:
        """Say so if a new loss is trained on a sample of the rows."""
        run = self.state.view.run
        if run.loss != before.view.run.loss and (words := run.loss.on_a_sample(run.data)):
            self.notify(f"{words[0].upper()}{words[1:]}.", markup=False)

    def on_step_chosen(self, message: StepChosen) -> None:
        """Pause at the step that was clicked on the timeline."""
        self._player.pause()
        self._show_step(message.step)

    def on_loss_zoomed(self, message: LossZoomed) -> None:
        """Zoom as the mouse wheel does."""
        self.action_zoom(message.direction)

    def on_curves_chosen(self, message: CurvesChosen) -> None:
        """Show the learning curves in another way."""
        self.show(replace(self.state, curves=message.curves))

    def on_run_chosen(self, message: RunChosen) -> None:
        """Show the run of a row of the sweep in the live view."""
        self._show_pane(None)
        begin(self, "training", self._load, message.settings)

    async def _load(self, settings: Settings) -> None:
        await self._player.load(settings)
        self._show_player()

    def _show_step(self, step: int) -> None:
        self._player.show_step(step)
        self._show_player()

    def _choose(self, settings: Settings) -> None:
        """Continue with other settings, if they are possible."""
        try:
            self._player.choose(settings)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
        self._show_player()

    def action_toggle_run(self) -> None:
        """Run or pause."""
        view, run = self._player.view, self._player.view.run
        ended = run.history.last >= run.budget and not (view.running or view.endless)
        if run.exhausted and not view.running:
            self.notify("This run can't go on; r starts over.", severity="warning")
        elif ended and not (self.state.editing or self._ended is run):
            # The key may have been meant to pause the run just before its end.
            self._ended = run
            self.notify(
                "All epochs are done. Press space again to keep training, or r to start over."
            )
            return
        self._player.toggle()
        self._show_player()

    def action_fit_by_hand(self) -> None:
        """Take the line in view into the hand, with its residuals, or go back to the run before."""
        if self.state.by_hand is not None:
            self.on_hand_ended(HandEnded(let_go=False))
            return

        from linreg_tui.tui.panes.live.by_hand import Hand

        state = self.state
        hand = Hand.of(state.view, state.plots, state.alone)
        # The other panes know the optimum.
        state = replace(state, editing=False, alone="live")
        if state.plots.residuals == "none":
            state = replace(state, plots=replace(state.plots, residuals="bars"))
        self.show(replace(state, hand=hand, view=hand.view))

    def on_hand_moved(self, message: HandMoved) -> None:
        """Show the line where it was moved to."""
        if (hand := self.state.by_hand) is not None:
            hand = message.change(hand)
            self.show(replace(self.state, hand=hand, view=hand.view))

    def on_hand_ended(self, message: HandEnded) -> None:
        """Show the run before again, or let SGD go on from the line and beat the best attempt."""
        hand, state = self.state.by_hand, self.state
        if hand is None:
            return

        state = replace(state, hand=None, plots=hand.plots, alone=hand.alone)
        if not message.let_go:
            self.show(replace(state, view=hand.before))
            return
        view = replace(hand.view, by_hand=None, hides_optimum=False, trace=hand.before.run)
        self.show(replace(state, view=view, rival=hand.rival))
        self.action_toggle_run()

    def action_walk(self, steps: int) -> None:
        """Move along the timeline."""
        self._player.walk(steps)
        self._show_player()

    def action_first_step(self) -> None:
        """Go to the start."""
        self._player.pause()
        self._show_step(0)

    def action_last_step(self) -> None:
        """Go to the latest step."""
        self._player.show_latest()
        self._show_player()

    def action_change_pace(self, direction: int) -> None:
        """Run faster (1) or slower (-1)."""
        self._player.change_pace(direction)
        self._show_player()

    def action_restart(self) -> None:
        """Start over."""
        self._player.restart()
        self._show_player()

    def action_scale_rates(self, direction: int) -> None:
        """Double (1) or halve (-1) both learning rates."""
        self._choose(scaled_rates(self.state.view.settings, 2.0**direction))

    def action_scale_batch(self, direction: int) -> None:
        """Choose the next larger (1) or smaller (-1) batch."""
        view = self.state.view
        self._choose(next_batch_size(view.settings, view.run.data.n, direction))

    def action_what_if(self, number: int) -> None:
        """Start over with one change, and run; the run before stays as a trace."""
        begin(self, "training", self._what_if, number)

    async def _what_if(self, number: int) -> None:
        from linreg_tui.core.what_if import WHAT_IFS

        view = self.state.view
        change = WHAT_IFS[number].change
        settings = await asyncio.to_thread(change, view.restart_settings, view.run.all_data)
        if view.run is not self._player.view.run:
            return
        try:
            self._player.restart(settings)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._show_player()
        if not self._player.view.running:
            self.action_toggle_run()

    def action_branch(self) -> None:
        """Branch off from the step in view, unless it is the latest."""
        if self.state.view.latest:
            self.notify("A branch starts at an earlier step: go back first, with ←")
        else:
            begin(self, "training", self._branch)

    async def _branch(self) -> None:
        await self._player.branch()
        self._show_player()

    def action_next_plot(self) -> None:
        """Show the loss curve or the landscape; with room for one plot, the next plot."""
        plots = self.state.plots.next_plot(one=self._one_plot)
        self.show(replace(self.state, plots=plots))

    def action_toggle_excess(self) -> None:
        """Show the whole loss, or only the part above the optimum."""
        plots = self.state.plots
        plots = plots.of_loss(above_optimum=not plots.above_optimum)
        self.show(replace(self.state, plots=plots))

    def action_smooth(self) -> None:
        """Show the loss with the next smoothing."""
        self.show(replace(self.state, plots=self.state.plots.smoother))

    def action_zoom(self, direction: int) -> None:
        """Zoom into the loss around the step in view (1), or out (-1)."""
        plots = self.state.plots.zoomed(direction, most_zoom_of(self.state.view))
        self.show(replace(self.state, plots=plots))

    def action_zoom_out(self) -> None:
        """Show the loss at all steps."""
        self.show(replace(self.state, plots=self.state.plots.zoomed(0, 0)))

    def action_toggle_z_scores(self) -> None:
        """Show the landscape in the data's units, or in z-scores."""
        plots = self.state.plots
        self.show(replace(self.state, plots=plots.of_landscape(z_scores=not plots.z_scores)))

    def action_next_residuals(self) -> None:
        """Draw no residuals, bars, or squares."""
        self.show(replace(self.state, plots=self.state.plots.next_residuals()))

    def action_toggle_gradient(self) -> None:
        """Show or hide how the step in view was made."""
        plots = self.state.plots
        self.show(replace(self.state, plots=replace(plots, gradient=not plots.gradient)))

    def action_toggle_predictions(self) -> None:
        """Hide predictions until what they predict has happened, or show them."""
        state = replace(self.state, hiding=not self.state.hiding)
        if state.sweep.phase == "offered":
            state = replace(state, sweep=state.sweep.unpredicted())
        self.show(state)
        if state.hiding:
            self.notify("Predictions stay hidden until the run is over.")

    def _show_pane(self, pane: Pane | None) -> None:
        """Show one pane alone, or all; end editing if the points are no longer in sight."""
        editing = self.state.editing and pane in (None, "data")
        self.show(replace(self.state, alone=pane, editing=editing))

    def on_pane_chosen(self, message: PaneChosen) -> None:
        """Show the pane whose tab was clicked."""
        self._show_pane(message.pane)

    def action_pane(self, pane: Pane | None) -> None:
        """Show one pane alone; for the same pane again, or None, show all."""
        self._show_pane(None if self.state.alone == pane else pane)

    def on_view_chosen(self, message: ViewChosen) -> None:
        """Show the view whose name was clicked."""
        self._show_view(message.pane, message.view)

    def action_next_view(self, pane: Pane) -> None:
        """Show the next view of a pane, or the pane itself if it isn't on the screen."""
        shown = self.data_pane if pane == "data" else self.closed_form_pane
        if shown.display:
            self._show_view(pane, shown.next_view)
        else:
            self._show_pane(pane)

    def _show_view(self, pane: str, view: str) -> None:
        if pane == "data":
            self.show(replace(self.state, data_view=view))
        else:
            self.show(replace(self.state, closed_form_view=view))

    def action_present(self) -> None:
        """Turn presenter mode on or off."""
        self.show(replace(self.state, presenting=not self.state.presenting))

    def action_edit_points(self) -> None:
        """Begin or end editing the points."""
        state = self.state
        if state.edits.original.whole is not None:
            self.notify("Only a sample of the rows is kept, so points can't be edited.")
            return
        alone = state.alone if state.editing or state.alone == "data" else None
        self.show(replace(state, editing=not state.editing, alone=alone))

    def on_edited(self, message: Edited) -> None:
        """Train on the edited rows, from the line in view."""
        try:
            self._player.set_data(message.edits.data)
        except InputError as error:
            self.notify(str(error), severity="warning", markup=False)
            self.data_pane.restore_edits(self.state.edits)
            return
        self.show(replace(self.state, edits=message.edits, view=self._player.view))

    def on_editing_ended(self) -> None:
        """End editing the points."""
        self.show(replace(self.state, editing=False))

    def on_save_asked(self) -> None:
        """Save the edited rows."""
        begin(self, "save", self._files.save, self, self.state.edits)

    def open(self, data: Dataset, settings: Settings) -> None:
        """Open other data and start with these settings.

        Raises
        ------
        InputError
            If the data can't be trained with them; then nothing changes.
        """
        self._player.set_data(data, settings)
        state = replace(self.state, edits=Edits.of(data), started=settings)
        self.show(replace(state, view=self._player.view))

    def action_open_data(self) -> None:
        """Open another file, or an example."""
        if len(self.screen_stack) == 1:
            begin(self, "open", self._open_data)

    async def _open_data(self) -> None:
        answers = {"s": "save them", "o": "go on without"}
        if await self._files.confirm_loss(self, self.state.edits, answers) is None:
            return
        opened = await self._files.choose(self)
        if opened is None:
            return
        try:
            self.open(opened.data, opened.settings)
        except InputError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._files.set_opened(opened)
        self._show_pane(None)
        self.notify(opened.words, markup=False)

    @property
    def _own_edits(self) -> Edits:
        """The user's own edits, even while the tour's data is on the screen."""
        before = self.guide.before if self.state.touring else None
        return self.state.edits if before is None else before.edits

    async def action_quit(self) -> None:
        """Quit, asking first about unsaved edits."""
        from linreg_tui.tui.dialogs.question import Question

        if not self._files.unsaved(self._own_edits):
            self.exit()
        elif not self._is_open(Question):
            begin(self, "open", self._quit)

    async def _quit(self) -> None:
        answers = {"s": "save and quit", "q": "quit without saving"}
        words = await self._files.confirm_loss(self, self._own_edits, answers)
        if words is not None:
            self.exit_with_message(words)

    @property
    def exit_warning(self) -> str:
        """The words about unsaved edits in the notice of ctrl+c."""
        unsaved = self._files.unsaved(self._own_edits)
        return " without the edited points; q saves them" if unsaved else ""

    # Dialogs are loaded when they are first opened: loading takes most of the start.

    def _is_open(self, kind: type[Screen[Any]]) -> bool:
        return any(isinstance(screen, kind) for screen in self.screen_stack)

    def action_help(self) -> None:
        """Show all keys that work now."""
        from linreg_tui.tui.dialogs.help import HelpScreen

        self.push_screen(HelpScreen(self.main.focused, in_tour=self.state.tour is not None))

    def action_edit_settings(self) -> None:
        """Edit every setting in a form."""
        from linreg_tui.tui.dialogs.settings import SettingsForm

        def chosen(settings: Settings | None) -> None:
            if settings is not None and settings != self.state.view.settings:
                self._choose(settings)

        state = self.state
        if not self._is_open(SettingsForm):
            self.push_screen(
                SettingsForm(state.data, state.view.settings, predicting=state.shows_predictions),
                chosen,
            )

    def action_choose_sweep(self) -> None:
        """Choose a sweep around the settings of the live view, and run it."""
        from linreg_tui.tui.dialogs.sweep import SweepForm

        def chosen(recipe: Recipe | None) -> None:
            if recipe is not None:
                self.run_sweep(recipe)

        self.show(replace(self.state, editing=False))
        if not self._is_open(SweepForm):
            state, predictions = self.state, self.sweep_pane.predictions
            form = SweepForm(
                state.data,
                state.view.restart_settings,
                predictions,
                state.sweep.recipe,
                predicting=state.shows_predictions,
                here_only=self._files.read_only,
            )
            self.push_screen(form, chosen)

    def run_sweep(self, recipe: Recipe) -> None:
        """Show a sweep alone on the screen, and run it."""
        from linreg_tui.tui.panes.sweep.sweep_run import SweepRun

        state = self.state
        sweep = SweepRun(state.data, recipe, set_by_tour=state.sweep.set_by_tour)
        self.show(replace(state.of_sweep(sweep), alone="sweep"))
        self.sweep_pane.run()

    def action_export(self) -> None:
        """Write the run in view or the sweep to files."""
        from linreg_tui.tui.dialogs.export import ExportScreen

        def closed(folder: str | None) -> None:
            self._files.set_folder(folder)

        if self._files.read_only:
            self._say_read_only()
        elif not self._is_open(ExportScreen):
            run, everything = len(self._exports_of_run()), len(self._exports())
            first = run if self.state.alone == "sweep" and everything > run else 0
            self.push_screen(ExportScreen(self._exports, self._files.folder, first), closed)

    def _say_read_only(self) -> None:
        self.notify("This session is read-only: nothing can be saved.", severity="warning")

    def _exports(self) -> list[Export]:
        from linreg_tui.tui.dialogs.export import of_sweep

        swept = self.sweep_pane.swept()
        return self._exports_of_run() + ([] if swept is None else of_sweep(swept))

    def _exports_of_run(self) -> list[Export]:
        from linreg_tui.tui.dialogs.export import InView, of_run

        live, run = self.live, self.state.view.run
        return of_run(InView(run, run.history.last, live.picture(), live.rich_style))

    def action_copy_command(self) -> None:
        """Copy the command that makes the run in view, and show it."""
        begin(self, "open", self._copy_command)

    async def _copy_command(self) -> None:
        from linreg_tui.report.command_line import train_command, why_not_repeatable
        from linreg_tui.tui.dialogs.question import Question

        run, edits = self.state.view.run, self.state.edits
        why_not = why_not_repeatable(run, edited=edits.data is not edits.original)
        if why_not is not None:
            words = f"No command repeats this run: {why_not}. A script can."
            answers = {"x": "export the script"}
            if await self.push_screen_wait(Question("This run as a command", words, answers)):
                self.action_export()
            return
        command = train_command(run, () if self.state.touring else self._files.named)
        self.copy_to_clipboard(command)
        words = "Copied, if this terminal allows it:"
        await self.push_screen_wait(Question("This run as a command", f"{words}\n\n{command}", {}))

    def action_report(self) -> None:
        """Write the report of the homework."""
        from linreg_tui.tui.dialogs.report import ReportForm

        def closed(draft: Draft | None) -> None:
            self._files.draft = draft or self._files.draft

        if self._files.read_only:
            self._say_read_only()
        elif not self._is_open(ReportForm):
            state, files = self.state, self._files
            named = () if state.touring else files.named
            draft = files.draft_in_folder()
            form = ReportForm(
                state.edits.original, named, state.started, state.view.restart_settings, draft
            )
            self.push_screen(form, closed)

    def action_command_palette(self) -> None:
        """Search all commands."""
        if not isinstance(self.screen, Palette):
            self.push_screen(palette.of_commands())

    def search_themes(self) -> None:
        """Search all themes."""
        self.push_screen(palette.of_themes())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return what the command palette can find."""
        return palette.commands(self, screen, super().get_system_commands(screen))

    def action_toggle_tour(self) -> None:
        """Open the tour where it was left, or leave it."""
        self.guide.toggle()

    def action_tour_on(self) -> None:
        """Skip the question, show the outcome, or go to the next step."""
        self.guide.go_on()

    def action_tour_back(self) -> None:
        """Go back in the tour."""
        self.guide.go_back()

    def action_answer(self, option: int) -> None:
        """Answer the open question."""
        self.guide.answer(option)

    def action_tour_chapters(self) -> None:
        """Choose a chapter from the list of all."""
        from linreg_tui.tui.dialogs.contents import ContentsScreen

        guide = self.guide
        here = ContentsScreen(guide.chapters, guide.chapters.index(guide.chapter))
        self.push_screen(here, guide.choose)

    def play(self, scene: Scene) -> None:
        """Start what a scene of the tour shows; nothing for a page or a view."""
        from linreg_tui.tour.scenes import Descent, Sweep, Training
        from linreg_tui.tui.tour.stage import recipe_of

        match scene:
            case Training() if not self.state.view.running:
                self.action_toggle_run()
            case Descent() if not self.descent_pane.running:
                self.descent_pane.action_toggle_run()
            case Sweep():
                self.run_sweep(recipe_of(scene, self.state.data))

    def is_playing(self, scene: Scene) -> bool:
        """Return whether a scene is still going on."""
        from linreg_tui.tour.scenes import Descent, Sweep, Training

        match scene:
            case Training():
                return self._player.view.running
            case Descent():
                return self.descent_pane.running
            case Sweep():
                return self.state.sweep.phase == "running"
            case _:
                return False


def _drawn_of(state: AppState) -> object:
    """Return what decides on the pictures of the run."""
    return state.shown_view, state.plots, state.editing


def _arranged(state: AppState) -> object:
    """Return what decides where the panes are."""
    return state.alone, state.editing, state.presenting, state.tour, state.touring
