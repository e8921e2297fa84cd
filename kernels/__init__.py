"""Compiled functions over arrays; they know nothing of logs, frames or law.

Rows come in groups: `starts: (g + 1,) int64`, group k is rows starts[k]:starts[k + 1], in time order. Times
are int64 milliseconds UTC; codes are int32 with -1 = missing. A kernel checks nothing, takes read-only arrays
and changes no input but what it says it fills.

code                hashes of text to dense codes, batch by batch
grow                a bigger table for code
known               the codes of hashes that a table may hold
rough               texts with a sign they should not have
read_keys           hashes of texts, and the number that each ends in
read_names          names in the alphabet, their surnames, initials in place of a name
read_times          times that are written in one layout
choose              the subject of each row, and the keys that stand beside it
renumber            subjects in the order in which users first ask for them
largest             the largest value that rows say of their subject
mix                 one more column into the digest of each row
hash_views          texts to hashes of 64 bits
group               rows to groups: a stable counting sort
group_in_time       rows to groups, in time order inside each
destinations        where each row goes when rows are sorted by group
move                values of rows to where they go
gather              values of rows in the order of their groups
collapse            rows to human actions: cascades and quick repeats
earliest            what an action's rows say first
contested           what an action's rows say at one time
union               what an action's rows say between them, as bits
written_twice       rows that repeat an earlier row
neighbours          subjects of rows that stand side by side
moments             rows that stand side by side, with keys of two kinds
faithful            keys that seldom stand without one another
unite               identifiers of one person to one subject: union-find
recurring           rows whose code recurs in their group, pair by pair
repeated_days       a user's returns to one subject on different days
on_days             codes that stand beside so many different days
on_same_days        pairs of one group that share so many days
days_of_others      days of a group that were not for a row's code alone
first_meetings      rows in which a user first meets a subject
distinct            different codes of a group's rows
distinct_of_many    different codes of a group's rows, of millions of codes
furthest            how far spans of a group reach, up to each of them
first_rows          rows of a table with the same text: the first of them
rows_of             the row of a table that each line of another speaks of
closest             who of those a row's spans name stands closest to it
first_alike         the first row of a group with the same code
follows             rows soon after which a row of another kind comes, and such rows
came_back           rows of users who look a subject up again long after
homes               the value that most rows have, and the others beside it
commonest           the value that most rows of a group have
own_hours           the block of hours that holds most of a user's rows
sessions            stretches of work between silences
long_sessions       those that last long
day_streaks         the longest stretch of days without a longer rest
densest             most rows in a window
sequential          serials tried one after another
distinct_in_window  most different users of a subject in a window
paces               occasions and days of each month
owners              the group of some rows
sums                the values of each group together
tally               rows of each kind in a group
tally_once          codes of each kind and cell in a group, each once
poisson_tail        P(X >= k), Poisson
binomial_tail       P(X >= k), binomial
beta_binomial_tail  P(X >= k), binomial with a chance that varies
uneven_tail         P(X >= k), binomial with a chance whose logarithm or log-odds are normal
"""

from __future__ import annotations

from kernels.alike import first_alike
from kernels.beside import faithful, moments, neighbours
from kernels.bursts import densest
from kernels.cascade import collapse
from kernels.code import code, grow, known, mix
from kernels.common import commonest
from kernels.converge import distinct_in_window
from kernels.distinct import distinct, distinct_of_many
from kernels.follow import follows
from kernels.group import destinations, gather, group, group_in_time, move
from kernels.hours import own_hours
from kernels.identity import unite
from kernels.lines import first_rows, rows_of
from kernels.merge import contested, earliest, union, written_twice
from kernels.near import closest, furthest
from kernels.others import days_of_others
from kernels.owners import owners
from kernels.paces import paces
from kernels.pairs import first_meetings
from kernels.places import came_back, homes
from kernels.repeats import on_days, recurring, repeated_days
from kernels.same_days import on_same_days
from kernels.sequence import sequential
from kernels.sessions import day_streaks, long_sessions, sessions
from kernels.subjects import choose, largest, renumber
from kernels.tails import beta_binomial_tail, binomial_tail, poisson_tail, uneven_tail
from kernels.tally import sums, tally, tally_once
from kernels.text import read_keys, read_names, rough
from kernels.times import read_times
from kernels.views import hash_views

__all__ = [
    "beta_binomial_tail",
    "binomial_tail",
    "came_back",
    "choose",
    "closest",
    "code",
    "collapse",
    "commonest",
    "contested",
    "day_streaks",
    "days_of_others",
    "densest",
    "destinations",
    "distinct",
    "distinct_in_window",
    "distinct_of_many",
    "earliest",
    "faithful",
    "first_alike",
    "first_meetings",
    "first_rows",
    "follows",
    "furthest",
    "gather",
    "group",
    "group_in_time",
    "grow",
    "hash_views",
    "homes",
    "known",
    "largest",
    "long_sessions",
    "mix",
    "moments",
    "move",
    "neighbours",
    "on_days",
    "on_same_days",
    "own_hours",
    "owners",
    "paces",
    "poisson_tail",
    "read_keys",
    "read_names",
    "read_times",
    "recurring",
    "renumber",
    "repeated_days",
    "rough",
    "rows_of",
    "sequential",
    "sessions",
    "sums",
    "tally",
    "tally_once",
    "uneven_tail",
    "union",
    "unite",
    "written_twice",
]
