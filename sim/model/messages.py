"""The manual's words on every message: what each slug means and what to do, and the page of them all.

Gives `SLUGS`, of the findings that `sim.model.errors` says, and the text of `docs/messages.md`, alarms included. Knows
no file and no parameter.

`python -m sim.model.messages > docs/messages.md` writes the manual page again.
"""

from __future__ import annotations

from sim.model.alarms import ALARMS

SLUGS: dict[str, str] = {
    # files
    "no-file": (
        "The file that was named does not exist. Check the spelling and the folder from which "
        "the command is run; a `base` and a table are looked for in the folder of the file "
        "that names them."
    ),
    "not-a-file": "The name leads to a folder or a device instead of a file. Name the file itself.",
    "unreadable": (
        "The file exists but the system does not let it be read, for the reason given. "
        "Usually its permissions, a lock of another program, or a broken link."
    ),
    "too-large": (
        "The file is larger than any sensible one of its kind: 2 MB for a scenario file, 512 "
        "MB for a table, 50 MB for a workbook, which may unpack to 300 MB. Large lists of firms or seekers belong "
        "into a CSV table beside the scenario file."
    ),
    "not-utf8": (
        "The file is not text in a known encoding. Scenario files are UTF-8; tables are UTF-8 "
        '(with or without a byte order mark) or GBK. In a spreadsheet program, save as "CSV '
        'UTF-8".'
    ),
    "bad-toml": (
        "The scenario file is not TOML: at the given line and column something is missing, "
        "misspelt or said twice. Often a quotation mark or bracket that is not closed, or a "
        "text without quotation marks."
    ),
    "bad-csv": (
        "The table is not a CSV table with one heading line and columns separated by commas: "
        "a quotation mark is not closed, the heading is missing or names a column twice, or a "
        "row has more cells than the heading."
    ),
    "bad-workbook": (
        "The file is not a workbook in the format .xlsx, is damaged, or is protected by a password. Open it in a "
        "spreadsheet program and save it as .xlsx without a password."
    ),
    "bad-sheet": (
        "The sheet is not a table with one heading row: the heading has an empty cell between names or names a column "
        "twice, or a row has more cells than the heading."
    ),
    "unknown-sheet": (
        "A workbook lists what it has in sheets named `fairs`, `firms`, `posts` and `seekers`; other sheets are left "
        "alone. A name that is nearly one of these is taken for a slip, so that no list is overlooked."
    ),
    "bad-formula": (
        "A formula counts as the result that was stored with it when a spreadsheet program last saved the workbook. "
        "This cell has no such result, or an error such as `#N/A`."
    ),
    "bad-path": (
        "A path in a scenario must be a plain relative path with `/` between folders, so that "
        "the scenario means the same on every system."
    ),
    "outside-folder": (
        "A scenario may only read files in its own folder or below or, if it lies somewhere "
        "in a folder named `scenarios`, in that folder. Absolute paths, ways out by `..` and "
        "links that lead out are refused, so that a scenario from somebody else reads nothing "
        "but what came with it."
    ),
    "base-cycle": ("A scenario is, through its bases, its own base. The chain of files is named; take one link out."),
    "base-limit": "Bases may be stacked 16 deep, and one file may name at most 16.",
    # keys
    "unknown-key": (
        "The scenario language has no such key at this place. The nearest known name is "
        "proposed where there is one. `jobfair template` prints every key with its meaning."
    ),
    "misplaced-key": (
        "The key is known, but not at this place: for example `date` belongs into a "
        "`[[fairs]]` entry, and the number of firms over all fairs is `totals.firms`."
    ),
    "not-a-table": ("A section such as `[gate]` was given a plain value. Write the section with its keys."),
    "not-a-list": (
        "Fairs, groups, occupations and rows are lists of tables: write `[[fairs]]`, with "
        "doubled brackets, once for each entry."
    ),
    "bad-set": (
        "`--set` takes a key and a value joined by `=`, such as `--set gate.lanes=4`. A key "
        "of one fair or group is written with its id: `--set fairs.ID.gate.lanes=4`."
    ),
    "hidden": (
        "An override sets what all fairs share, but every fair has a value of its own, from its entry or its venue, "
        "and that holds: the override does nothing. This is a warning; where only some fairs have their own, it is a "
        "note of `jobfair check`. Name the fair in the key, as in `fairs.east.gate.lanes=4`."
    ),
    "unknown-template": "There is no starter scenario of that name. The known names are listed.",
    # values
    "wrong-type": (
        "The value is of another kind than the key takes: a text where a number is needed, a "
        "fraction where a whole number is needed, and so on. Numbers, `true` and `false` "
        "stand without quotation marks."
    ),
    "not-finite": (
        "`nan` and `inf` are numbers for TOML but describe nothing at a fair. Where a limit "
        "is optional, leave the key out to have no limit."
    ),
    "out-of-range": ("The number is outside the range that the parameter can have. The range and the unit are given."),
    "bad-choice": "The key takes one of a few words, which are listed.",
    "bad-text": "A text is one line of at most 2000 characters, without control characters.",
    "bad-clock-time": (
        'A clock time is written in quotation marks as "HH:MM", from "00:00" to "23:59"; only '
        'the end of a fair may be "24:00". A TOML local time such as 09:00:00 is taken too.'
    ),
    "bad-date": (
        "A date is written without quotation marks as year-month-day: 2020-04-21. Several stand in a list, "
        "[2020-05-01, 2020-05-04], or in one text with commas between; each once."
    ),
    "bad-duration": (
        "A duration is a number (always the same) or one of `constant(value=5)`, "
        "`exponential(mean=6)`, `uniform(low=1, high=2)`, `triangular(low=1, mode=2, "
        "high=4)`, `lognormal(mean=5, cv=0.8)`, `erlang(mean=1, stages=2)`. Nothing may be "
        "negative; low, mode and high must not fall; a mean must be above 0; stages are 1 to "
        "4."
    ),
    "bad-numbers": (
        "A list of numbers is written as [1, 2, 3]; in `--set` also as 1, 2, 3. Each of them "
        "must lie in the range of the parameter."
    ),
    "bad-shifts": (
        'Shifts are a list of {from = "HH:MM", recruiters = N} with rising times; in a table '
        "or in `--set` they are written as 09:00=2 12:00=1."
    ),
    "bad-names": (
        'A list of names is written as ["north", "south"], or as one text with commas between: "north, south". No '
        "name may be empty or there twice."
    ),
    "bad-windows": (
        'Windows of the clock are a list of texts such as ["10:30-12:30", "11:30-13:30"]; in `--set` also as '
        "10:30-12:30, 11:30-13:30. They may overlap. Each must end after it begins, at 24:00 at the latest, and "
        "stand there once; there may be up to 100."
    ),
    # entries and rows
    "missing-id": (
        "Every fair, group and occupation needs an `id` of its own, by which others refer to "
        "it and to which its random numbers belong."
    ),
    "duplicate-id": ("Two entries have the same `id`. Random numbers belong to ids, so each must be there once."),
    "unknown-id": (
        "The entry refers to a fair, group, occupation or firm that is not in the scenario. "
        "The nearest known id is proposed where there is one."
    ),
    "missing-reference": ("The row must say to which fair, firm or occupation it belongs, because there are several."),
    "rows-twice": (
        "Firms, posts or seekers are given twice, in the scenario file and in a table named under `[tables]`. Keep one."
    ),
    "too-many-rows": ("The list is longer than the limit for its kind. The limit protects the memory of the machine."),
    "too-many-findings": (
        "The table or list has so many findings that the rest of it was not looked at. "
        "Correct these and check again; often one column has a wrong unit or heading."
    ),
    # the scenario as a whole
    "no-fairs": "A scenario needs at least one fair: a `[[fairs]]` entry with an `id`.",
    "close-before-open": "The fair closes before or when it opens.",
    "arrivals-before-open": (
        "Everyone would come before the doors open, and wait outside. This is a warning; usually a fair was moved to "
        "the evening without its arrival profile: `arrivals.start` says when that begins."
    ),
    "arrivals-after-close": (
        "The arrival profile begins at or reaches beyond the end of the fair. Steps with "
        "weight 0 at its end do not count."
    ),
    "no-arrivals": ("All weights of the arrival profile are 0, or there are none, so nobody could ever come."),
    "last-entry-outside": "The last entry must lie between opening and closing.",
    "zero-speed": (
        "With a walking speed that is always 0 nobody ever arrives anywhere. For no walking "
        "time, set the distances to 0."
    ),
    "shares-all-zero": "The shares of all groups or occupations are 0, so nobody could be drawn.",
    "totals-contradiction": (
        "A total was given, but the fairs' own numbers leave no room for it: they add up to "
        "more, every fair has its own and their sum is another, or there are fewer firms than fairs that share them. "
        "Change one or the other."
    ),
    "rows-contradiction": (
        "A number and the rows that list the same thing do not agree. Leave the number out or correct it."
    ),
    "no-firms": "Nothing says how many firms come to the fair.",
    "no-posts": ("Nothing says how many posts are offered at the fair, although firms make offers there."),
    "no-seekers": "Nothing says how many seekers come to the fair.",
    "too-few-posts": ("Every firm has at least one post, so there must be at least as many posts as firms."),
    "seekers-with-poisson": (
        'With `arrivals.pattern = "poisson"` the number of seekers comes out of the rates; a '
        "fixed number, or a list of seekers, contradicts it."
    ),
    "no-rates": 'With `arrivals.pattern = "poisson"` the rates `arrivals.per_hour` must be given.',
    "over-limit": (
        "The fairs together are larger than the program is made for: 5,000,000 seekers, "
        "1,000,000 firms, 100,000,000 posts, 2,000 fairs. The limit protects the memory of "
        "the machine."
    ),
    "venue-overlap": "Two fairs are held at the same venue, on the same day, at overlapping hours.",
    # a season
    "no-campaign": (
        "Season, pool, stock, calendar, limits, outreach and levers belong to a campaign: one population for all "
        "fairs. `pool.seekers` says how many people it begins with. Without it, each fair has people of its own."
    ),
    "not-in-campaign": (
        "In a campaign, people come out of the pool and firms and posts out of the stock. Random arrivals and rows of "
        "firms, posts or seekers would be a second population."
    ),
    "pinned": (
        "A fair with `published = true` is announced: venue, district, date and hours stay, whatever an override says. "
        "Change the file if the announcement was changed."
    ),
    "fairs-replaced": (
        "A policy makes the calendar, so the fairs that are listed without `published = true` take no part. This is "
        "a note."
    ),
    "no-venues": (
        "A policy holds its fairs at the venues of the list `[[venues]]`: an `id`, best with district and booths."
    ),
    "calendar-full": "The days, venues and fairs per day that the policy may use leave no room for so many fairs.",
    "too-few-booths": "The venues of the fairs have fewer booths than firms are to come over all fairs.",
    "outside-season": "A fair, or the time of a measure, lies outside the season.",
    "on-a-holiday": (
        "A fair is held on one of `season.holidays`. For a published fair this is a warning, for it cannot be moved."
    ),
    "unknown-venue": (
        "Venues are listed, but this fair names another. It takes nothing over from the list, and nothing is checked "
        "against it. This is a warning: the name may be misspelt."
    ),
    "venue-too-small": (
        "The fair has more firms than the venue has booths, or lets in more people at once than the venue may."
    ),
    "firm-twice": (
        "A firm is listed at two fairs of the same day whose hours overlap. This is a warning: two firms may have the "
        "same name."
    ),
    "too-many-a-day": (
        "The fairs of one day are to have more seekers than there are people, or have more booths than there are firms "
        "(a warning: some stay empty). A firm or a person is at one fair a day at most."
    ),
    "over-day-limit": "On one day there are more fairs, or more staff of the organiser at fairs, than `limits` allows.",
    "over-budget": ("Venues, booths, staff and outreach cost more than `limits.budget`. Other measures are not in it."),
    "far-from-fairs": "A district is farther from its nearest fair than `limits.travel_km`. This is a warning.",
    "season-turned-round": "The season, or what lasts for a part of it, ends before it begins.",
    # calibration
    "value-missing": (
        "A value that is always needed, such as the unit of a target or the first day of a season, was not given."
    ),
    "bad-target": (
        "A target is a reported figure: `measure` and `unit` as listed, either a `scenario` with its `value` or "
        "figures of `reported` fairs by their ids, an `error` with its `log_sd` and `why`, and where it comes from."
    ),
    "bad-prior": (
        "The file of priors gives each fitted parameter a distribution (normal, lognormal or logit-normal) with its "
        "source, and the spreads of reported outcomes. What is missing or not understood is named."
    ),
    "counts-contradict": (
        "Counts that cannot belong to the same fair, or two values of one figure: more outcomes than seekers, fewer "
        "posts than firms, a target that the scenario itself reports differently. Often persons and person-times, or "
        "visits, were mixed."
    ),
    "no-fit": (
        "The folder holds no fit, or a damaged one. `jobfair calibrate calibration/targets.toml` makes the fit again; "
        "`--fit` names the folder."
    ),
    # command line and results
    "bad-usage": (
        "The command line is not as the verb takes it: an unknown option, a missing or surplus argument, or "
        "a value out of range. `jobfair VERB --help` lists what is taken."
    ),
    "unknown-verb": "There is no such verb; the verbs are listed.",
    "cannot-write": (
        "The system does not let the program write there, for the reason given: permissions, a full disk, "
        "or a file where a folder is needed. Finished replications are kept."
    ),
    "folder-not-empty": (
        "The output folder holds earlier results. `--resume` goes on with them, `--overwrite` replaces "
        "them, `--out` names another folder."
    ),
    "not-a-results-folder": (
        "The output folder holds files that jobfair did not write. It never removes such files; name "
        "another folder with `--out`."
    ),
    "resume-changed": (
        "`--resume` only goes on with the same run: the same scenario, seed, engine and version, and at "
        "least as many replications. What differs is named."
    ),
    "unlike-results": (
        "The plans cannot be compared: their results come from other versions or seeds, are not complete, or have no "
        "measure or replications in common. A comparison needs the same people with the same luck on both sides."
    ),
    "unknown-measure": (
        "There is no such measure, or no direction of it is better. The measures that will do are listed, and the "
        "nearest is proposed."
    ),
    "not-observed": (
        "The measure does not exist in some replications (nobody was interviewed, so there is no wait). A plan cannot "
        "be selected by the mean of the others."
    ),
    "zone-too-small": (
        "To part plans that differ by so little would take more replications than the program makes. Name a larger "
        "difference with `--zone`, or compare without `--select`."
    ),
    "file-exists": "The file exists, and the program does not write over what somebody may have filled in.",
    "folder-in-use": (
        "Another run is writing into this folder. Wait until it ends, or name another folder with `--out`. The "
        "system frees the folder when a run ends, however it ends."
    ),
    "worker-died": (
        "The same batch of replications was begun several times, and each time the process that computed it was "
        "ended from outside: usually by the system, for want of memory. What is finished is kept. Take fewer "
        "`--jobs` and go on with `--resume`."
    ),
    "no-cluster-library": "`--cluster` needs the library Dask: `pip install 'jobfair[cluster]'`.",
    "no-cluster": (
        "At the address there is no Dask scheduler that answers, or it has no workers. `docs/how-to-cluster.md` "
        "says how to start both."
    ),
    "cluster-lost": (
        "The connection to the Dask scheduler is lost. What is finished is kept; `--resume` goes on with it, on "
        "the cluster or without."
    ),
    "other-program": (
        "A worker or the scheduler of the cluster runs another version of jobfair, of Python or of a numerical "
        "library, or none. Numbers of different programs must not be mixed: install the same there as here."
    ),
    "bad-precision": (
        "A wanted precision is a measure, an equals sign and the width of half the 95 % interval: in the unit of "
        "the measure, or with `%` as a share of the mean. Several are separated by commas."
    ),
    "bad-draws": (
        "A table of parameter draws is a CSV file: a heading of scenario keys, such as `gate.lanes`, and a row of "
        "values per draw. A first column `draw` may number them from 1. All draws must have the same measures."
    ),
    "bad-vary": (
        "What is to be varied is a key, an equals sign and values: `--vary gate.lanes=4,6` or `gate.lanes=2..8:4` for "
        "four values from 2 to 8; `--over behaviour.talk_share=0.2..0.6`. Commas inside brackets or quotation marks do "
        "not separate values. One argument of a distribution has a key of its own: `interview.minutes.mean`."
    ),
    "bad-assumptions": (
        "The table of assumptions of a study is a CSV file with the columns `key`, `values`, `strategies`, `words`: a "
        "key of the scenario, two or more numbers with blanks between them, for which strategies they are tried "
        "(`leading`, or names of files without `.toml`), and what the key means in words."
    ),
    "no-strategies": (
        "`jobfair study` takes a folder with a scenario file for each strategy, one of which is the base: `reported`, "
        "or the name (without `.toml`) given by `--base`."
    ),
    "bad-cases": (
        "A list of cases is a CSV file, a heading of keys and a row of values per case, or a TOML file with "
        "`[[cases]]` and nothing else. A column or key `case` names a case. An empty value leaves what the scenario "
        "has."
    ),
    "too-many-cases": (
        "A sweep has at most 10,000 cases, and they may give at most 50,000,000 numbers: cases times replications "
        "times measures. The limit protects the memory of the machine."
    ),
    "bad-people-key": (
        "The variable JOBFAIR_PEOPLE_KEY names a file with a secret key, from which pseudonyms of listed people are "
        "made. It is read whole and holds 16 to 65,536 bytes that nobody can guess."
    ),
    "too-many-numbers": (
        "Results of one command have at most 50,000,000 numbers: plans or draws of parameters, times replications, "
        "times measures. They are held in memory together when the results are written."
    ),
    "no-sensitivity-library": "`--sensitivity` needs the library SALib: `pip install 'jobfair[sensitivity]'`.",
    "not-in-story": (
        "Nobody of this name or number took part in that replication. In a campaign people have their number in the "
        "pool, else the id of their row or their number at the fair; booths go by the names of `booths.csv`."
    ),
    "no-search-library": "`optimise` needs the library pymoo: `pip install 'jobfair[optimise]'`.",
    "bad-problem": (
        "The problem of a search cannot be read so: what is allowed for a decision, limit, objective or setting of the "
        "search stands in brackets. `docs/how-to-optimise.md` explains each of them."
    ),
    "limits-contradict": (
        "No plan keeps these limits: what the smallest one takes is named, beside the limit or the decision that does "
        "not allow it. Nothing was simulated. Loosen one of the two."
    ),
    "no-workbook-library": "Workbooks need the libraries of an extra: `pip install 'jobfair[xlsx]'`.",
    "results-incomplete": (
        "The run in this folder was interrupted. Go on with it by `--resume`; a page shows finished results only."
    ),
    "no-page": (
        "The folder holds results of jobfair of which there is no page. There is one of a run, of a comparison, of a "
        "search and of a fit. A sweep is a table; a run with the values of a case has a page. For the page of a search "
        "its plans are read again, and with them the tables that they name."
    ),
    "unknown-fair": "The scenario has no fair of this id. Its fairs are listed, and the nearest is proposed.",
    "results-damaged": (
        "A file of the results folder cannot be read. Remove it and go on with `--resume`: what it held is "
        "computed again."
    ),
}


def messages_page() -> str:
    """The manual page of all messages, in the order of their slugs."""
    head = (
        "# Messages\n\n"
        "Every message of the program names the place, the key, what was found, what is allowed (in\n"
        "parentheses) and often what to do. It ends with a word in square brackets, under which it is\n"
        "explained here. In keys, entries are counted from 1: `fairs[2].open` is the opening time of the\n"
        "second fair of that file.\n\n"
        "This page is made from the program by `python -m sim.model.messages > docs/messages.md`.\n"
    )
    about = (
        "\n# Alarms\n\n"
        "An alarm is no error: the run is whole, but a practitioner would ask about something in it.\n"
        "Alarms stand below the table, under `alarms` in the JSON document and the manifest, and in\n"
        "`warnings.log` of the results folder.\n"
    )
    sections = ["".join(f"\n## {slug}\n\n{text}\n" for slug, text in sorted(one.items())) for one in (SLUGS, ALARMS)]
    return head + about.join(sections)


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(messages_page())
