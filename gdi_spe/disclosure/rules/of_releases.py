"""Rules about more than one file, and about the check itself, in a sentence each."""

from __future__ import annotations

# Rules about more than one file; their examples are two releases.
OF_RELEASES = {
    "TAB201": "The same groups were released before, with a difference of few people.",
    "TAB202": "The same frequencies were released before, of few people more or fewer.",
    "TAB203": "The table was released of another version of the cohort, and is made again.",
    "ACR101": "ACRO said something of the file; that is evidence, never a verdict.",
    "DIF301": "Numbers that were released before, or wait, give with this one those of few people.",
    "DIF302": "The node counts other numbers of people than the table says.",
    "DIF303": "What numbers give away together could not be worked out in time.",
    "DIF304": "The node cannot count the people that its numbers are said to be of.",
    "DIF305": "The numbers were released of another version of the cohort, and are made again.",
    "DIF306": "The numbers behind a figure are not among the files of the request.",
    "TAB902": "The cohort's size is not known here.",
    "TAB904": "An earlier release has other numbers, or could not be compared.",
    "FMT108": "The check stopped, took too long, or the file is too large.",
}
