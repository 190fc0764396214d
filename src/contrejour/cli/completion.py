"""The table of commands as a script that a shell completes words with.

Nothing of Contrejour runs while somebody types: the script holds all commands, options, choices,
and which values are files or folders. Its explanations are in the language that it was printed in;
bash shows none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from contrejour.cli.command import Argument, Command, Given, Option, Switch, explained, walk

HELP = Switch("--help", short="-h", help="show this help message and exit")
VERSION = Switch("--version", help="show program's version number and exit")


def script(shell: str, commands: Sequence[Command]) -> str:
    """What `shell` (bash, zsh, fish) reads to complete these commands of `contrejour`."""
    root = Command("contrejour", help="", arguments=(VERSION,), commands=tuple(commands))
    return "".join(f"{line}\n" for line in SHELLS[shell](root))


def _paths(root: Command) -> Iterator[tuple[str, Command]]:
    """Each command and what is typed before it stands: ``, `ledger`, `ledger init`."""
    yield "", root
    for name, command in walk(root.commands):
        yield name.removeprefix("contrejour "), command


def _named(command: Command) -> list[Option | Switch]:
    return [HELP, *(each for each in command.arguments if not isinstance(each, Argument))]


def _placed(command: Command) -> list[Argument]:
    return [each for each in command.arguments if isinstance(each, Argument)]


def _kinds(given: Given) -> list[str]:
    """What its values are: `file`, `folder`, `text`, or the choices, `a|b|c`."""
    if isinstance(given, Switch):
        return []
    if given.choices:
        return ["|".join(given.choices)]
    values = given.values if isinstance(given, Option) else (given.value,)
    return [value.completes or "text" for value in values]


# bash

BASH = r"""# Completes words of the command line of contrejour in bash (3.2 and later).
# `contrejour completion bash` printed it.

# What may come after the commands $1: sets $below, $options, and $places (kinds, by place).
_contrejour_at() {
    below='' options='' places=''
    case $1 in
%s
    esac
}

# What has to come after the option $2 of the commands $1: sets $needs (kinds).
_contrejour_needs() {
    needs=''
    case "$1 $2" in
%s
    esac
}

_contrejour() {
    local below options places needs='' path='' word kind glued='' plain='' i
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    _contrejour_at ''
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == = ]]; then  # --option=value is three words
            continue
        elif [[ $word == : ]]; then  # host:port too
            glued=yes
        elif [[ $glued ]]; then
            glued=''
        elif [[ $needs ]]; then
            needs=${needs#* }
        elif [[ ! $plain && $word == -- ]]; then
            plain=yes
        elif [[ ! $plain && $word == -?* ]]; then
            _contrejour_needs "$path" "$word"
        elif [[ $below ]]; then
            path=${path:+$path }$word
            _contrejour_at "$path"
        elif [[ ${places%%%% *} != *+ ]]; then  # that place takes all that come
            places=${places#* }
        fi
    done
    [[ $current == = ]] && current=''
    kind=${needs%%%% *}
    if [[ ! $kind && $below && $current != -* ]]; then
        COMPREPLY=($(compgen -W "$below" -- "$current"))
        return
    elif [[ ! $kind && ! $plain && ( $current == -* || ! $places ) ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    kind=${kind:-${places%%%% *}}
    kind=${kind%%+}
    [[ $current == : || $glued ]] && kind=text
    case $kind in
        file) ;;  # as bash does where there is nothing else
        folder) compopt +o default -o dirnames 2>/dev/null ;;
        text | '') compopt +o default 2>/dev/null ;;
        *) COMPREPLY=($(compgen -W "${kind//|/ }" -- "$current")) ;;
    esac
}

complete -o default -F _contrejour contrejour"""


def _bash(root: Command) -> Iterator[str]:
    yield BASH % (
        "\n".join(_bash_at(path, command) for path, command in _paths(root)),
        "\n".join(each for path, command in _paths(root) for each in _bash_needs(path, command)),
    )


def _bash_at(path: str, command: Command) -> str:
    names = " ".join(name for each in _named(command) for name in each.names)
    sets = [f"options='{names}'"]
    if command.commands:
        sets.append(f"below='{' '.join(each.name for each in command.commands)}'")
    if places := _placed(command):
        kinds = [_kinds(each)[0] + "+" * (each.count in ("+", "*")) for each in places]
        sets.append(f"places='{' '.join(kinds)} '")
    return f"        '{path}') {' '.join(sets)} ;;"


def _bash_needs(path: str, command: Command) -> Iterator[str]:
    """Options that need the same are on one line."""
    needs = [(each, " ".join(_kinds(each))) for each in _named(command) if _kinds(each)]
    needs.sort(key=lambda pair: pair[1])
    for kinds, options in groupby(needs, key=lambda pair: pair[1]):
        names = [f"'{path} {name}'" for each, _ in options for name in each.names]
        yield f"        {' | '.join(names)}) needs='{kinds} ' ;;"


# zsh


def _zsh(root: Command) -> Iterator[str]:
    yield "#compdef contrejour"
    yield "# Completes words of the command line of contrejour in zsh."
    yield "# `contrejour completion zsh` printed it."
    for path, command in _paths(root):
        yield ""
        yield f"{_zsh_function(path)}() {{"
        yield from _zsh_group(path, command) if command.commands else _zsh_leaf(path, command)
        yield "}"
    yield ""
    yield 'if [ "$funcstack[1]" = _contrejour ]; then _contrejour "$@"'
    yield "else compdef _contrejour contrejour; fi"


def _zsh_function(path: str) -> str:
    return "_".join(["_contrejour", *path.split()])


def _zsh_group(path: str, command: Command) -> Iterator[str]:
    yield "    local curcontext=$curcontext state line"
    yield "    typeset -A opt_args"
    yield "    local -a commands=("
    for each in command.commands:
        yield f"        {_quoted(each.name + ':' + explained(path, each))}"
    yield "    )"
    yield "    _arguments -C \\"
    for named in _named(command):
        yield f"        {_zsh_option(path, named)} \\"
    yield "        '1: :->command' '*:: :->rest'"
    yield "    case $state in"
    yield f"        command) _describe -t commands {_quoted(command.metavar)} commands ;;"
    yield "        rest) case $words[1] in"
    for each in command.commands:
        yield f"            {each.name}) {_zsh_function(f'{path} {each.name}')} ;;"
    yield "        esac ;;"
    yield "    esac"


def _zsh_leaf(path: str, command: Command) -> Iterator[str]:
    yield "    _arguments -S \\"
    for named in _named(command):
        yield f"        {_zsh_option(path, named)} \\"
    for number, placed in enumerate(_placed(command), 1):
        place = "*" if placed.count in ("+", "*") else str(number)
        optional = ":" * (placed.count == "?")
        yield f"        {_quoted(f'{place}:{optional}{_zsh_value(placed, 0)}')} \\"
    yield "        && return"


def _zsh_option(path: str, named: Option | Switch) -> str:
    """One or two names, what it is for, its values."""
    again = isinstance(named, Option) and named.repeated
    first = "- *" if named in (HELP, VERSION) else "" if again else " ".join(named.names)
    before = "*" if again else f"({first})" if first else ""
    told = "".join(f"\\{c}" if c in "[]:\\" else c for c in explained(path, named))
    kinds = _kinds(named)
    after = f"[{told}]" + "".join(
        f":{_zsh_value(named, at)}" for at in range(len(kinds)) if not isinstance(named, Switch)
    )
    if len(kinds) == 1:  # also as --name=VALUE, and -nVALUE
        names = [name + ("=" if name.startswith("--") else "+") for name in named.names]
    else:
        names = list(named.names)
    return " ".join(_quoted(before + name + after) for name in names)


def _zsh_value(given: Argument | Option, at: int) -> str:
    values = given.values if isinstance(given, Option) else (given.value,)
    message = (values[at].metavar or given.name.lstrip("-")).replace(":", "\\:")
    kind = _kinds(given)[at]
    actions = {"file": "_files", "folder": "_files -/", "text": " "}
    return f"{message}:{actions.get(kind, '(' + kind.replace('|', ' ') + ')')}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


# fish

FISH = """# Completes words of the command line of contrejour in fish.
# `contrejour completion fish` printed it.

# Whether these commands are all that is typed before the cursor.
function __contrejour_at
    set -l path
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and continue
        set -a path $word
        contains -- "$path" %s; or break
    end
    test "$path" = "$argv[1]"
end

complete -c contrejour -f"""


def _fish(root: Command) -> Iterator[str]:
    groups = [path for path, command in _paths(root) if path and command.commands]
    yield FISH % " ".join(map(_fish_quoted, groups))
    for path, command in _paths(root):
        at = f"complete -c contrejour -n {_fish_quoted(f'__contrejour_at {_fish_quoted(path)}')}"
        for each in command.commands:
            yield f"{at} -a {each.name} -d {_fish_quoted(explained(path, each))}"
        kinds = {_kinds(each)[0] for each in _placed(command)}
        for kind in sorted(kinds - {"text"}):
            yield f"{at} {'-F' if kind == 'file' else _fish_values(kind)}"
        for named in _named(command):
            spelt = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in named.names
            )
            taken = _kinds(named)
            value = "" if not taken else "-r -F" if "file" in taken else _fish_value(taken[0])
            told = f"-d {_fish_quoted(explained(path, named))}"
            yield " ".join(filter(None, (at, spelt, value, told)))


def _fish_value(kind: str) -> str:
    return "-x" if kind == "text" else f"-x {_fish_values(kind)}"


def _fish_values(kind: str) -> str:
    if kind == "folder":
        return "-a '(__fish_complete_directories)'"
    return f"-a {_fish_quoted(kind.replace('|', ' '))}"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SHELLS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
