"""The command line: each command parses, calls one function of a wing, and prints.

    main.py        runs one command, and the only place that exits
    command.py     what a command is: data; values.py: what its arguments take
    commands.py    the table of all commands; parser.py makes a parser of it
    arguments.py   what many of them read and write, with the project's own errors
    progress.py    what is seen of long work: a bar, JSON, or nothing
    terminal.py    whoever sits at the terminal, asked in a token's name

The other modules are a command each, or some of its subcommands: functions, and after them the
commands as data. What a command does is in its wing, which prints nothing. Heavy imports stand
inside the functions that need them, so that `contrejour --help` is instant.

May import: base, custody, law, live, media, papers, recorded, vision.
"""

__all__ = ["arguments", "command", "commands", "main", "parser", "progress", "terminal", "values"]
