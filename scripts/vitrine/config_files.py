"""Config files read without Snakemake: python -m vitrine.config_files config.yaml [studies/name.yaml ...] prints the folder of the results."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from vitrine.errors import InputError
from vitrine.study import Study


def merged_config(files: Iterable[Path]) -> dict:
    """Config files laid over each other, as Snakemake does. Raises InputError for a file that cannot be read."""
    config: dict = {}
    for file in files:
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            reason = " ".join(str(error).split())  # the reader's own has line breaks
            raise InputError(f"{file}: not a YAML file that can be read ({reason})") from error
        except RecursionError:
            raise InputError(f"{file}: its sections are nested too deeply; a config has four levels") from None
        if not isinstance(content, Mapping):
            raise InputError(f"{file}: holds {type(content).__name__}, allowed is a section of keys")
        _lay_over(config, content)
    return config


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
