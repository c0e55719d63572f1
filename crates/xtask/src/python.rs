//! The Python package: an environment of its own, the extension built into it, its tests and checks.

use std::path::PathBuf;

use crate::node;
use crate::step::{Failed, Step, root};

/// Builds the package into `.venv` and runs its tests.
pub(crate) fn test() -> Result<(), Failed> {
    prepare()?;
    python().args(["-m", "pytest", "tests/python"]).with_its_own_ledger().run()
}

/// Checks style and types, and the stub against the compiled module.
pub(crate) fn lint() -> Result<(), Failed> {
    prepare()?;
    let code = ["bindings/python/python", "tests/python", "tests/bench"];
    python().args(["-m", "ruff", "check"]).args(code).run()?;
    python().args(["-m", "ruff", "format", "--check"]).args(code).run()?;
    python().args(["-m", "mypy", "--strict"]).args(code).run()?;
    python().args(["-m", "mypy.stubtest", "zoomout._native"]).run()?;
    node::install()?;
    Step::npm().args(["run", "check:pyright"]).run()
}

fn prepare() -> Result<(), Failed> {
    if !interpreter().exists() {
        let system = if cfg!(windows) { "python" } else { "python3" };
        Step::new(system).args(["-m", "venv", ".venv"]).run()?;
    }
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    python().args(quiet).args(["--requirement", "tests/python/requirements.txt"]).run()?;
    // maturin finds the environment by this variable.
    let venv = root().join(".venv");
    python().args(["-m", "maturin", "develop", "--quiet"]).env("VIRTUAL_ENV", &venv.to_string_lossy()).run()
}

fn python() -> Step {
    Step::new(interpreter())
}

fn interpreter() -> PathBuf {
    root().join(".venv").join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}
