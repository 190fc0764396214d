"""The command line: each command parses, calls one function of a wing, and prints.

    main.py        all commands, and the only place that exits
    arguments.py   what many of them read and write, with the project's own errors
    progress.py    what is seen of long work: a bar, JSON, or nothing
    terminal.py    whoever sits at the terminal, asked in a token's name

The other modules are a command each, or one of its subcommands. What a command does is in its
wing, which prints nothing. Heavy imports stand inside the functions that need them, so that
`contrejour --help` is instant.

May import: base, custody, law, live, media, papers, recorded, vision.
"""

__all__ = ["arguments", "main", "progress", "terminal"]
