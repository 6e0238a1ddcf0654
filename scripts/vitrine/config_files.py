"""Config files read without Snakemake: python -m vitrine.config_files config.yaml [studies/name.yaml ...] prints the folder of the results."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from vitrine.errors import InputError
from vitrine.study import Study

NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
NOT_IN_TENS = re.compile(r"[-+]?0[0-7_]+|.*:.*")  # YAML 1.1 has numbers in eights, and in sixties: 12:00:00 is 43200


def merged_config(files: Iterable[Path]) -> dict:
    """Config files laid over each other, as Snakemake does. Raises InputError for a file that cannot be read."""
    config: dict = {}
    for file in files:
        _lay_over(config, _read(file))
    return config


def check_config_files(files: Iterable[str | Path]) -> None:
    """Raise InputError for a config file of which Snakemake's own reader, which says nothing, would take less or something else than it says."""
    for file in files:
        _read(Path(file))


def _read(file: Path) -> Mapping:
    try:
        text = file.read_text(encoding="utf-8")
        _check_node(yaml.compose(text, Loader=yaml.SafeLoader), "", file, set())
        content = yaml.safe_load(text)
    except InputError:
        raise
    except UnicodeDecodeError:
        raise InputError(f"{file}: its text is not in UTF-8, in which a config is written; save it in that encoding") from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())  # the reader's own has line breaks
        raise InputError(f"{file}: not a YAML file that can be read ({reason})") from error
    except RecursionError:
        raise InputError(f"{file}: its sections are nested too deeply; a config has four levels") from None
    if not isinstance(content, Mapping):
        raise InputError(f"{file}: holds {type(content).__name__}, allowed is a section of keys")
    return content


def _check_node(node: yaml.Node | None, name: str, file: Path, seen: set[int]) -> None:
    """Raise InputError for a key that stands twice (the first would be lost) and a number not read in tens. `seen`: aliases lead to a node again."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            inner = f"{name}.{key.value}" if name else str(key.value)
            if isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise InputError(f"{file}: {inner} stands twice, in lines {lines[key.value]} and {line}; allowed is once")
                lines[key.value] = line
            _check_node(key, inner, file, seen)
            _check_node(value, inner, file, seen)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            _check_node(value, f"{name}[{place}]", file, seen)
    elif node.tag in NUMBERS and NOT_IN_TENS.fullmatch(node.value):
        raise InputError(
            f"{file}: {name} in line {node.start_mark.line + 1} is {node.value}, which YAML takes for {yaml.safe_load(node.value)}; "
            "allowed is a number in tens without leading zeros, or text in quotes"
        )


def _lay_over(config: dict, content: Mapping) -> None:
    for key, value in content.items():
        if isinstance(value, Mapping) and isinstance(config.get(key), dict):
            _lay_over(config[key], value)
        else:
            config[key] = value


def main() -> None:
    """Print results/<study>, of a config that has been checked: no other folder can come out."""
    try:
        # What runs the dynamics changes no path: it need not be present here.
        print(f"results/{Study.from_config(merged_config(map(Path, sys.argv[1:])), conda=True).name}")
    except InputError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
