"""Words in Greek and in Bulgarian: read as words, and held to what English is held to."""

from __future__ import annotations

import unicodedata

import pytest

GREEK = (
    "Αγαπητοί συμμετέχοντες,\n\nη μελέτη ολοκληρώθηκε με 4.391 άτομα. Ευχαριστούμε!\n"
    "Τα αποτελέσματα δείχνουν σχετικό κίνδυνο 1,31 (95% ΔΕ 1,18–1,46).\n"
)
BULGARIAN = (
    "Уважаеми участници,\n\nизследването завърши с 4 391 души. Благодарим ви!\n"
    "Резултатите показват относителен риск 1,31 при жените и 1,28 при мъжете.\n"
)


@pytest.mark.parametrize(
    "words",
    [GREEK, BULGARIAN, GREEK + "Ευχαριστούμε 👩‍👩‍👧 💙\n", unicodedata.normalize("NFD", GREEK)],
)
def test_words_about_many_pass_in_every_alphabet(report, words):
    found = report(words, "letter.txt")

    assert found.verdict.word == "pass"


@pytest.mark.parametrize(
    "words",
    [
        GREEK + "Μόνο 3 ασθενείς από την Κρήτη έχουν την παραλλαγή.\n",
        GREEK + "ΤΡΕΙΣ ΓΥΝΑΙΚΕΣ ΑΠΟ ΤΗ ΝΑΞΟ ΕΧΟΥΝ ΤΗΝ ΠΑΡΑΛΛΑΓΗ.\n",
        GREEK + unicodedata.normalize("NFD", "Η ασθενής είναι 47 ετών και ζει στη Νάξο.\n"),
        GREEK + "Ο πατέρας της γεννήθηκε στη Νάξο το έτος του πολέμου.\n",
        BULGARIAN + "Само двама пациенти от Видин имат варианта.\n",
        BULGARIAN + "Пациентката е 47-годишна учителка от Видин.\n",
        BULGARIAN + "Участник 212 е изключен.\n",
        # Letters of another alphabet in place of those of the word: "patient", "carrier".
        "The results of the study are shown below; our pаtient from Narva has cаrdiomyopathy.\n",
        GREEK + 60 * "👩👨",
    ],
)
def test_words_about_one_or_a_few_go_to_a_person(report, words):
    found = report(words, "letter.txt")

    assert found.verdict.word == "review"


def test_greek_letters_in_names_of_proteins_are_none_of_two_alphabets(report):
    words = "Levels of TNFα, IFNγ and NFκB were not associated with the score in this cohort.\n"

    found = report(words, "notes.txt")

    assert found.verdict.word == "pass"


def test_blanks_between_words_and_what_they_say_are_few(report):
    words = GREEK + "Συμμετέχουσα" + " " * 15_000 + "αρ. 12.\n" + BULGARIAN

    found = report(words, "letter.txt")

    assert found.verdict.word == "review"
