import subprocess
import sys

import pytest

import openiamd

HEAVY = {"numpy", "numba", "pydantic", "yaml", "pyarrow", "duckdb", "scipy", "matplotlib", "rich", "jinja2"}


def imported_by(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_package_imports_nothing_heavy():
    assert imported_by("import openiamd") & HEAVY == set()


def test_the_cache_folder_is_set_before_numba():
    program = "import openiamd, numba, os; print(numba.config.CACHE_DIR == os.environ['NUMBA_CACHE_DIR'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True"]


@pytest.mark.parametrize("module", ["scenario.load", "scenario.checks", "catalogue.resolve", "results.store"])
def test_checking_and_reading_need_no_compiler(module):
    assert "numba" not in imported_by(f"import openiamd.{module}")


@pytest.mark.parametrize("name", openiamd.__all__)
def test_public_names_are_functions_with_docstrings(name):
    value = getattr(openiamd, name)
    assert callable(value)
    assert value.__doc__
    assert name in dir(openiamd)


def test_the_engines_module_does_not_hide_the_public_function():
    from openiamd.simulate import simulate_batch
    from openiamd.studies.simulate import simulate

    assert openiamd.simulate is simulate
    assert callable(simulate_batch)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = openiamd.simulat
