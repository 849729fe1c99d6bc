"""Why each rule is there, with an example that it finds and one that it leaves alone.

The pages of the documentation are made from this, and a test runs every example.
"""

from __future__ import annotations

from gdi_spe.disclosure.rules.examples import COUNTS, Entry, Example, lines, made
from gdi_spe.disclosure.rules.genomic.catalogue import GENOMIC
from gdi_spe.disclosure.rules.persons.catalogue import PERSONS


def _labels(*words: str) -> Example:
    drawn = "".join(f"<text>{word}</text>" for word in words)
    return Example(f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>', "t.svg")


def _bars(*counts: int) -> Example:
    """Bars beside an axis from 0 to 1,000, each with its name."""
    ticks = "".join(
        f'<text x="30" y="{254 - n / 5}" text-anchor="end">{n}</text>' for n in range(0, 1001, 200)
    )
    drawn = "".join(
        f'<rect x="{60 + 60 * i}" y="{250 - n / 5}" width="40" height="{n / 5}" fill="#4477aa"/>'
        f'<text x="{80 + 60 * i}" y="270" text-anchor="middle">{name}</text>'
        for i, (n, name) in enumerate(zip(counts, ("Oslo", "Porto", "Tartu"), strict=True))
    )
    label = '<text x="10" y="200" transform="rotate(-90 10 200)">Participants</text>'
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
    return Example(f"{head}{ticks}{drawn}{label}</svg>", "t.svg")


_PNG = made("A figure as the plotting library saved it.")

CATALOGUE: dict[str, Entry] = {
    "PII101": Entry(
        "Pseudonyms of the cohort", "A pseudonym singles out a person for all who have the key.",
        Example("id,n\nI-ABCDEFGHIJKLMNOP,40\nI-QRSTUVWXYZ234567,50\n"), COUNTS,
    ),
    "PII102": Entry(
        "Tokens like a person's number", "Hospitals and biobanks number people in such forms.",
        Example("The record is EGIP123456789 here.\n", "t.txt"), COUNTS,
    ),
    "PII117": Entry(
        "Addresses of people", "An address of electronic mail is a name.",
        Example("who,arm\nmaija@example.org,A\njuha@example.org,B\n"), COUNTS,
    ),
    "PII118": Entry(
        "Numbers of states", "A state's number for a person opens every register of it.",
        Example("The participant has the number 131052-308T.\n", "t.txt"), COUNTS,
    ),
    "PII103": Entry(
        "One row a person", "Rows of traits describe people, with or without a name.",
        Example(lines("age,sex,diagnosis", [f"{30 + i},F,x{i}" for i in range(12)])), COUNTS,
        ("counts.minimum",),
    ),
    "PII104": Entry(
        "Days", "A day and a place are enough to find a person.",
        Example("day,n\n2024-01-03,40\n2024-02-09,50\n"), Example("year,n\n2023,40\n2024,50\n"),
    ),
    "PII105": Entry(
        "A value of each person", "Scores, coordinates and residuals are of one person each.",
        Example(lines("PC1,PC2", [f"{i / 7:.4f},{i / 3:.4f}" for i in range(30)])), COUNTS,
        ("counts.minimum",),
    ),
    "PII106": Entry(
        "Pairs of people", "Kinship tells who is related to whom.",
        Example(lines("a,b,kinship", [f"x{i},y{i},0.{i}" for i in range(10, 20)])),
        Example("degree,pairs\n2nd,45\n3rd,220\n"),
    ),
    "PII110": Entry(
        "Families", "Who is whose parent or child tells whose genome is half whose.",
        Example(lines("child,father,mother", [f"C{i},F{i},M{i}" for i in range(12)])),
        Example("family_kind,n_families\ntrio,45\nduo,220\n"),
    ),
    "PII111": Entry(
        "Values that nothing names", "Scores and residuals are people's, with or without a name.",
        Example(lines("values", [f"{(i * 37 % 101) / 7 - 5:.4f}" for i in range(40)])), COUNTS,
    ),
    "PII112": Entry(
        "Values by observation", "The number of an observation is a person in the order of a file.",
        Example("".join(f"{a:>8}" * 1 for a in (3, 17, 42, 88, 91, 104)) + "\n"
                + "".join(f"{b:>8}" for b in ("0.21", "-1.72", "2.93", "0.18", "-2.44", "0.37"))
                + "\n", "t.txt"),
        COUNTS,
    ),
    "PII113": Entry(
        "Likeness of people", "A relationship matrix tells who is related to whom.",
        Example("\n".join(f"{i}\t{j}\t900\t{1 if i == j else 0.001 * i:.3f}"
                          for i in range(1, 13) for j in range(1, i + 1)) + "\n", "t.grm"),
        COUNTS,
    ),
    "TAB111": Entry(
        "Values furthest out", "Whoever is furthest out is one person whom others know.",
        Example("Value,Obs\n3.1,288\n3.3,17\n140.2,377\n212.9,219\n"), COUNTS,
    ),
    "PII107": Entry(
        "Curve with a step a person", "Each step of an exact curve is where one person is.",
        Example(lines("fpr,tpr", [f"{i * i / 40000:.5f},{i / 200}" for i in range(201)])),
        Example(lines("fpr,tpr", [f"{i / 40},{min(1, i / 30):.3f}" for i in range(41)])),
    ),
    "PII108": Entry(
        "A column that names people", "Codes, numbers and hashes single people out as names do.",
        Example(lines("participant_id,value", [f"P{i:04d},{i / 7:.3f}" for i in range(12)])),
        COUNTS, ("counts.minimum",),
    ),
    "PII109": Entry(
        "Records of single people", "A record describes one person, whatever it is called.",
        Example('{"id": "x", "subject": {"id": "x", "sex": "FEMALE"}}\n', "t.json"),
        Example('{"n": 1200, "auc": 0.81}\n', "t.json"),
    ),
    "PII121": Entry(
        "People printed", "A row, a record or a code that a program printed is of one person.",
        Example("We excluded EE00412, EE00871 and EE01932 for their sex.\n", "t.md"),
        Example("We excluded 31 individuals for their sex.\n", "t.md"),
    ),
    "PII120": Entry(
        "An estimate of each person", "A random effect or dummy of one person is that person's.",
        Example(lines("term,estimate,se", [f"factor(id){31 * i + 107},0.{i},0.1"
                                           for i in range(1, 9)])),
        Example("term,estimate,se\nage,0.02,0.01\nsex,0.31,0.1\n"),
    ),
    "PII114": Entry(
        "Somebody described",
        "An age, a place, a rare variant: a few facts together, and neighbours know who it is.",
        Example("One patient, a 34-year-old woman from Tartu, carried p.R2452W.\n", "t.md"),
        Example("Of 1,200 participants, 640 were women; carriers of p.R2452W were 41.\n", "t.md"),
    ),
    "PII115": Entry(
        "Labels of people", "Whoever knows a year of birth in a pedigree knows the family.",
        Example("I-1 b. 1931\nI-2 b. 1934\nII-1 b. 1964\n", "tree.txt"),
        Example("Women were born between 1931 and 1964, on average in 1950.\n", "tree.txt"),
    ),
    "PII116": Entry(
        "Values of a trait in a list", "A list in no order is one value a person.",
        Example('{"site": "A", "ages": [54, 61, 38, 22, 47]}', "t.json"),
        Example('{"site": "A", "age_bins": [20, 40, 60, 80]}', "t.json"),
    ),
    **PERSONS,
    **GENOMIC,
    "TAB114": Entry(
        "Few people in a leaf", "A leaf that few people reach tells what they have.",
        Example("|--- prs <= 1.31\n|   |--- weights: [412.00, 3.00] class: 0\n", "t.txt"),
        Example("|--- prs <= 1.31\n|   |--- weights: [412.00, 30.00] class: 0\n", "t.txt"),
        ("counts.minimum",),
    ),
    "TAB115": Entry(
        "Few people in a sentence", "A sentence about three people tells what three people have.",
        Example("Of all participants, three women carried the variant.\n", "t.txt"), COUNTS,
        ("counts.minimum",),
    ),
    "TAB116": Entry(
        "Few degrees of freedom, as said", "A model with a term for each person tells of each.",
        Example("term,estimate\nage,0.51\nbmi,2.09\n# n = 14, df_resid = 6\n"), COUNTS,
        ("statistics.degrees_of_freedom",),
    ),
    "TAB117": Entry(
        "Few people in words or fractions", "A number is one however it is written.",
        Example("gene,n_carriers\nBRCA1,14\nPALB2,four\n"), COUNTS, ("counts.minimum",),
    ),
    "TAB118": Entry(
        "Groups but for few people", "A group and the same without one person tell of that person.",
        Example("group,n,mean\nall,412,3.412\nwithout the oldest,411,3.401\n"), COUNTS,
        ("counts.minimum",),
    ),
    "TAB119": Entry(
        "Quantiles of single people", "With as many quantiles as people each is one's value.",
        Example(lines("ecdf,ldl", [f"{i / 60:.5f},{1 + i * i / 900:.2f}" for i in range(1, 61)])),
        Example(lines("quantile,ldl", [f"{i / 20:.2f},{1 + i * i / 90:.2f}"
                                       for i in range(1, 20)])),
        ("counts.minimum",),
    ),
    "TAB113": Entry(
        "Few people in a list", "A line that counts few people is a small cell.",
        Example("- RYR1: 3 carriers\n- TTN: 120 carriers\n", "t.md"),
        Example("- RYR1: 31 carriers\n- TTN: 120 carriers\n", "t.md"), ("counts.minimum",),
    ),
    "TAB101": Entry(
        "Few people in a cell", "A small cell describes people whom somebody knows.",
        Example("site,n_individuals\nA,400\nB,3\n"), COUNTS,
        ("counts.minimum", "genomic.minimum_carriers"),
    ),
    "TAB102": Entry(
        "Nobody in a cell", "That nobody is in a group tells something of everybody in it.",
        Example("site,n_individuals\nA,400\nB,0\n"), COUNTS, ("counts.zero",),
    ),
    "TAB103": Entry(
        "Hidden cells", "Totals elsewhere may give hidden cells back.",
        Example("site,n_individuals\nA,400\nB,<10\n"), COUNTS, ("counts.minimum",),
    ),
    "TAB104": Entry(
        "Few degrees of freedom", "A model with as many terms as people repeats the data.",
        Example("term,beta,df_resid\nage,0.1,4\nbmi,0.2,4\n"),
        Example("term,beta,df_resid\nage,0.1,400\nbmi,0.2,400\n"), ("counts.minimum",),
    ),
    "TAB105": Entry(
        "Smallest and largest values", "The largest value is one person's.",
        Example("site,n,max\nA,400,91.5\nB,300,88.25\n"), COUNTS,
    ),
    "TAB106": Entry(
        "Counts behind shares", "A share and the number of people give the count.",
        Example("site,n,percent\nA,400,0.5\nB,300,40.0\n"),
        Example("site,n,percent\nA,400,30\nB,300,40\n"), ("counts.minimum",),
    ),
    "TAB112": Entry(
        "Means of marks", "The mean of zeros and ones times the number of people is a count.",
        Example("variable,n,mean,sd\nhas_variant,750,0.0053333,0.0728843\n"),
        Example("variable,n,mean,sd\nhas_variant,750,0.1413333,0.3486048\n"),
        ("counts.minimum",),
    ),
    "TAB107": Entry(
        "Dominance", "A sum that one person makes up is that person's value.",
        Example("site,n,top_share\nA,400,0.95\nB,300,0.2\n"),
        Example("site,n,top_share\nA,400,0.15\nB,300,0.2\n"), ("statistics.dominance_share",),
    ),
    "TAB108": Entry(
        "Saturated model", "A term for one person repeats that person's value.",
        Example("term,beta,n\nconst,1.0,12\nage,0.1,12\nbmi,0.2,12\n"),
        Example("term,beta,n\nconst,1.0,1200\nage,0.1,1200\nbmi,0.2,1200\n"),
        ("statistics.degrees_of_freedom",),
    ),
    "TAB109": Entry(
        "Hidden cells given back", "A total without what is shown is what is hidden.",
        Example("site,F,M,All\nA,193,180,373\nB,<10,<10,11\nAll,198,186,384\n"), COUNTS,
        ("counts.minimum",),
    ),
    "TAB110": Entry(
        "Too little left of a sum", "The second contributor knows their part, and so the first's.",
        Example("site,n,sum_cost,top1,top2\nA,400,1000,800,150\nB,300,900,20,10\n"),
        Example("site,n,sum_cost,top1,top2\nA,400,1000,30,20\nB,300,900,20,10\n"),
        ("statistics.p_ratio",),
    ),
    "HID101": Entry(
        "Bytes that belong to nothing seen", "What no reader sees, no reviewer has approved.",
        Example("<p>Words</p><script>let people = [[1, 2]]</script>", "t.html"), COUNTS,
    ),
    "HID102": Entry(
        "Text in the metadata", "Metadata are not shown, and can hold a data set.",
        made("A PNG with a thousand characters in a text chunk."), _PNG,
    ),
    "HID103": Entry(
        "Encoded payload", "What only a program can read cannot be reviewed.",
        Example("x " + "QUJD" * 500 + "\n", "t.txt"), COUNTS,
    ),
    "HID104": Entry(
        "Bits that nobody sees", "The low bits of a picture can carry a genome.",
        made("A PNG whose background differs by one in random places."), _PNG,
    ),
    "HID105": Entry(
        "Values in words", "Values that are written into code are data that nobody reviews.",
        Example("x = [" + ", ".join(str(i * 7 % 97) for i in range(60)) + "]\n", "a.py"), COUNTS,
    ),
    "HID106": Entry(
        "Pixels that are data", "A heat map with one pixel a genotype is a genotype matrix.",
        made("A PNG of 120 by 200 pixels, one a genotype, in three shades."), _PNG,
    ),
    "MOD101": Entry(
        "A model that keeps its training data",
        "Support vectors and neighbours are people, and whoever has the model has them.",
        Example('{"support_vectors": [[0.1, 2.2], [0.4, 1.7], [0.3, 1.9]]}\n', "m.json"),
        Example('{"n": 1200, "auc": 0.81}\n', "m.json"),
    ),
    "VEC101": Entry(
        "Marks of a drawing", "A mark for each person is each person's values.",
        Example(
            '<svg xmlns="http://www.w3.org/2000/svg">'
            + "".join(f'<circle cx="{i}" cy="{i % 7}" r="1"/>' for i in range(50)) + "</svg>",
            "t.svg", 50,
        ),
        Example(
            '<svg xmlns="http://www.w3.org/2000/svg"><circle cx="1" cy="1" r="1"/></svg>', "t.svg"
        ),
    ),
    "VEC102": Entry(
        "Bars of few people in a drawing",
        "In a drawing a bar is as exact as the number behind it, whether or not it is told.",
        _bars(800, 500, 4), _bars(800, 500, 40), ("counts.minimum",),
    ),
    "VEC901": Entry(
        "Drawing", "Lines, marks and areas without a name or a grid can each be a person's.",
        Example(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
            + "".join(f'<circle cx="{9 * i}" cy="{i * i % 97}" r="2"/>' for i in range(30))
            + '<text x="9" y="290">Height in cm</text></svg>',
            "t.svg",
        ),
        _bars(800, 500, 40), ("pictures.most_marks",),
    ),
    "TXT901": Entry(
        "Text", "Words can tell of one person, and rules read badly.",
        Example("The proband was a 34 year old woman from the north.\n", "t.md"),
        Example("We fitted Cox models in 1,200 participants of five sites.\n", "t.md"),
    ),
    "IMG101": Entry(
        "A matrix of people", "A cell for each person and variant is each person's genotype.",
        made("A PNG of a heat map of 60 people by 40 variants in three colours."),
        made("A plain picture."), ("counts.minimum", "pictures.changes_blocked"),
    ),
    "IMG102": Entry(
        "As many marks as people", "A mark for each person is each person's values.",
        Example("A PNG of 200 marks, where the cohort has 200 people.", "t.png", 200,
                is_text=False),
        made("A plain picture."), ("counts.minimum",),
    ),
    "IMG103": Entry(
        "Bars and numbers of few people", "A bar can be read as exactly as the number behind it.",
        made("A PNG of bars, one of three patients."),
        made("A plain picture."), ("counts.minimum",),
    ),
    "IMG104": Entry(
        "Numbers of few people in a drawing", "A number at a bar is the count behind it.",
        _labels("Carriers", "p.G2019S", "3", "41"), _labels("Carriers", "p.G2019S", "13", "41"),
        ("counts.minimum",),
    ),
    "IMG105": Entry(
        "Marks that are people", "A mark a person is a row of a table, drawn.",
        Example('<svg xmlns="http://www.w3.org/2000/svg">' + "".join(
            f'<circle cx="{17 * i % 90}" cy="{31 * i % 70}" r="2"/>' for i in range(40))
            + "<text>each dot is a participant</text></svg>", "t.svg"),
        _labels("each dot is a gene"),
    ),
    "VEC103": Entry(
        "Steps of single people", "A step at the time of an event, or a score, is one person's.",
        Example('<svg xmlns="http://www.w3.org/2000/svg"><path fill="none" d="M0 0'
                + "".join(f"H{i * i + 9}V{4 * i + 4}" for i in range(20))
                + '"/><text>survival</text></svg>', "t.svg"),
        Example('<svg xmlns="http://www.w3.org/2000/svg"><path fill="none" d="M0 0'
                + "".join(f"H{9 * i + 9}V{4 * i + 4}" for i in range(20))
                + '"/><text>survival</text></svg>', "t.svg"), ("counts.minimum",),
    ),
    "IMG901": Entry(
        "Picture", "Pixels can show one mark a person.",
        made("A scatter plot of a thousand points."), made("A forest plot of three estimates."),
        ("pictures.most_changes",),
    ),
    "FMT101": Entry(
        "Genotype container", "Such files hold people's genotypes, under any name.",
        Example("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n", "t.png"), COUNTS,
    ),
    "FMT102": Entry(
        "Sequence container", "Such files hold people's reads.",
        Example("@r1\nACGTACGTACGT\n+\nIIIIIIIIIIII\n", "t.txt"), COUNTS,
    ),
    "FMT103": Entry(
        "Container that is never opened", "It can hold anything, and opening it can run a program.",
        made("A pickle, an HDF5 file, a database."), COUNTS,
    ),
    "FMT104": Entry(
        "Archive that hides", "Encrypted, damaged and nested archives hide what they hold.",
        made("A ZIP in a ZIP, or one that decompresses a thousandfold."), COUNTS,
    ),
    "FMT105": Entry(
        "No canonical form", "What cannot be written anew leaves only as somebody looked at it.",
        Example("%PDF-1.4\n%%EOF\n", "t.pdf"), COUNTS,
    ),
    "FMT106": Entry(
        "Name and content differ", "An ending decides what a computer does with a file.",
        Example("site,n_individuals\nA,400\nB,250\n", "t.png"), COUNTS,
    ),
    "FMT107": Entry(
        "PDF with more than pages", "Attachments, scripts and layers are not seen on the pages.",
        Example("%PDF-1.4\n<< /Names << /EmbeddedFiles 2 0 R >> >>\n%%EOF\n", "t.pdf"), COUNTS,
    ),
    "FMT109": Entry(
        "Something was dropped", "What the canonical form leaves out is told.",
        Example("# made by hand\nsite,n_individuals\nA,400\nB,250\n"), COUNTS,
    ),
    "TAB901": Entry(
        "No known meaning", "Nothing tells what the numbers are.",
        Example("name,effort\na,1.5\nb,2.25\n"), COUNTS,
    ),
    "TAB903": Entry(
        "Does not fit its meaning", "A column or number does not belong to what the table seems.",
        Example("site,n_individuals,effort\nA,40,1.5\nB,25,2.25\n"), COUNTS,
        ("counts.minimum", "genomic.minimum_carriers", "genomic.minimum_allele_count",
         "genomic.large_cohort", "genomic.most_lead_variants"),
    ),
}  # fmt: skip
