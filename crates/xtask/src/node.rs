//! The Node package: its tools, the addon, its tests and types.

use std::fs;

use crate::step::{Failed, Step, root};

/// Builds the addon and runs its tests.
pub(crate) fn test() -> Result<(), Failed> {
    prepare()?;
    Step::npm().args(["test"]).with_its_own_ledger().run()
}

/// Checks the types as a strict user would see them.
pub(crate) fn lint() -> Result<(), Failed> {
    prepare()?;
    Step::npm().args(["run", "check:types"]).run()
}

/// Installs what `package-lock.json` names, unless that has been done since it was last changed.
pub(crate) fn install() -> Result<(), Failed> {
    let changed = |path: &str| fs::metadata(root().join(path)).and_then(|file| file.modified()).ok();
    let installed = changed("node_modules/.package-lock.json");
    if installed.is_some() && installed >= changed("package-lock.json") {
        return Ok(());
    }
    Step::npm().args(["ci", "--no-audit", "--no-fund"]).run()
}

fn prepare() -> Result<(), Failed> {
    install()?;
    Step::npm().args(["run", "build:debug"]).run()
}
