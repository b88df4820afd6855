"""What training is: examples instead of rules."""

from __future__ import annotations

from linreg_tui.tour.chapter import Step
from linreg_tui.tour.facts import Facts
from linreg_tui.tour.scenes import Training

TITLE = "What training is"


def steps(facts: Facts) -> tuple[Step, ...]:
    """From a grammar book to a line."""
    return (
        Step(
            "From a straight line to the idea behind a language model.",
            """
This tour takes about an hour. It shows, on the smallest model there is, what
people mean when they say that a machine **learns**.

- `enter` goes on, `backspace` goes back
- `i` lists the chapters; one of them may be all that you need today
- `t` leaves the tour, so that you can play, and comes back to this place
- `d` makes everything large, for the back row; `?` shows all keys

It follows the notebook of a course on a supercomputer, and does its homework, in
chapters 8 and 9. Everything runs here, in this terminal: on a laptop, or over ssh
on a login node. There is nothing to install further and no account to make.

Wherever something is about to happen you will be asked first what you expect.
Say it before you look. A wrong guess that is found out teaches more than a right
answer that was read.
""",
        ),
        Step(
            "Rules, or examples: two ways to the same skill.",
            """
**Two ways to learn a language.** One person takes a grammar book and learns rules:
the verb goes here, this ending goes there. Another grows up among people who talk,
and after some years knows what sounds right, without being able to say why.

The first one makes mistakes wherever the rules are too many to think of in time.
The second one hardly ever does.

**Two ways to make a program.** One can write down rules: a house costs so much for
each room, more in this street, less beside the railway. Or one can collect houses
that were sold, and let the program find numbers that agree with them.

The second way is what **training** means: nobody writes the rule. Somebody chooses
a form that a rule could have, and data decides which one it is.
""",
        ),
        Step(
            "Guess, measure, adjust, and again: that is the whole loop.",
            """
All training is one loop, which goes round until nothing gets better any more:

- **guess**: what does the model say now?
- **measure**: how wrong is that? This number is the **loss**.
- **adjust**: change the numbers of the model a little, so that the loss falls.

A **large language model** is trained by this very loop. It reads a text, guesses
the next word, and its numbers are adjusted so that the word that really came gets
likelier. It has billions of numbers where we shall have two, and its form, the
transformer, looks at all the words before. Later it is **fine-tuned** with a
smaller collection of good answers. Asked for a poem about a physicist, it writes
one: word after word, each a guess of what comes next.

The loop stays the same, however large the model. What you will see a line do, it
does too.
""",
        ),
        Step(
            "The smallest model: a line, which is two numbers.",
            f"""
The smallest model is a **line**, as a spreadsheet draws it through points: the
trend line. It has two numbers, a slope and an intercept. Below the plot are both,
and how wrong the line is. Press `space`: it learns from {facts.data.n} houses in
thirty steps. `space` again pauses, `←` and `→` walk through the steps.
Watch slope, intercept and loss; what else stands there comes in its chapter. (In a
notebook it takes pandas for the table, NumPy for the sums, Matplotlib to draw.)
""",
            Training(),
        ),
    )
