"""`python -m benchmarks NAME …` runs one measurement: a package beside this file. `--help` says more."""

import pkgutil
import runpy
import sys

import benchmarks


def main() -> int:
    """Run the measurement that was named first."""
    names = sorted(package.name for package in pkgutil.iter_modules(benchmarks.__path__) if package.ispkg)
    if len(sys.argv) < 2 or sys.argv[1] not in names:
        print(f"Say what to measure: python -m benchmarks {'|'.join(names)}", file=sys.stderr)
        return 2
    runpy.run_module(f"benchmarks.{sys.argv.pop(1)}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
