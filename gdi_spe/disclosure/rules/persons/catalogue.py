"""Why the rules about people in code, under names and in disguise are there, with examples."""

from __future__ import annotations

from gdi_spe.disclosure.rules.examples import COUNTS, Entry, Example, lines

PERSONS: dict[str, Entry] = {
    "PII122": Entry(
        "People picked out in code",
        "Who is left out by a code is named as much as in a table.",
        Example("drop if id==412\nregress ldl age sex bmi\n", "t.do"),
        Example("drop if missing(ldl)\nregress ldl age sex bmi\n", "t.do"),
    ),
    "PII123": Entry(
        "People called by name",
        "A name is who it is.",
        Example("The outlier in the plot of LDL is Maria Korhonen.\n", "t.md"),
        Example("This report was written by Maria Korhonen with data of 4,120 people.\n", "t.md"),
    ),
    "PII124": Entry(
        "A column of people's names",
        "A name is who it is, under any heading.",
        Example("pathway,p\nMaria Korhonen,0.01\nJuha Virtanen,0.2\nLiisa Laine,0.4\n"),
        COUNTS,
    ),
    "PII125": Entry(
        "Likeness in the steps of kinship",
        "Who is alike by a half is a parent, child or sibling.",
        Example(
            lines(
                "trait1,trait2,rg",
                [
                    f"T{i},T{j},{0.5 if j == i + 1 else 0.25 if j == i + 2 else 0.003}"
                    for i in range(9)
                    for j in range(i + 1, 9)
                ],
            )
        ),
        Example(
            lines(
                "trait1,trait2,rg,se,p",
                [
                    f"{a},{b},0.{31 + 7 * i},0.05,0.001"
                    for i, (a, b) in enumerate((("BMI", "T2D"), ("BMI", "CAD"), ("T2D", "CAD")))
                ],
            )
        ),
    ),
    "PII126": Entry(
        "People under names of things",
        "A code is somebody's, whatever the column is called.",
        Example(
            lines(
                "marker,z,p",
                [
                    f"{'ABCDEFGH'[i % 8]}{10 + 7 * i % 90}{'KLMN'[i % 4]},0.{i},0.{i}"
                    for i in range(10, 40)
                ],
            )
        ),
        COUNTS,
    ),
    "PII127": Entry(
        "People in a session",
        "What a program answered is told as much as what was written.",
        Example('> nrow(subset(d, als == 1 & village == "Salla"))\n[1] 1\n', "t.txt"),
        Example('> nrow(subset(d, als == 1 & region == "north"))\n[1] 41\n', "t.txt"),
        ("counts.minimum",),
    ),
    "PII128": Entry(
        "People typed into code",
        "A list of whom to leave out is a list of people.",
        Example("library(survival)\noutliers <- c(412, 871, 1932)\nsummary(d)\n", "t.R"),
        Example(
            "outliers <- abs(scale(d$ldl)) > 6\nd <- d[!outliers, ]\nsummary(lm(ldl ~ age))\n",
            "t.R",
        ),
    ),
    "TAB120": Entry(
        "Few people in code",
        "A count is one wherever it is typed.",
        Example("library(stats)\nprop.test(c(3, 14), c(412, 3708))\nsummary(fit)\n", "t.R"),
        Example("library(stats)\nprop.test(c(31, 140), c(412, 3708))\nsummary(fit)\n", "t.R"),
        ("counts.minimum",),
    ),
}
