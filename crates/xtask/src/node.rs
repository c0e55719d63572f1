//! The Node package: its tools, the addon, its tests and types.

use crate::step::{Failed, Step};

/// Builds the addon and runs its tests.
pub(crate) fn test() -> Result<(), Failed> {
    prepare()?;
    Step::npm().args(["test"]).run()
}

/// Checks the types as a strict user would see them.
pub(crate) fn lint() -> Result<(), Failed> {
    prepare()?;
    Step::npm().args(["run", "check:types"]).run()
}

/// Installs what `package.json` names.
pub(crate) fn install() -> Result<(), Failed> {
    Step::npm().args(["ci", "--no-audit", "--no-fund"]).run()
}

fn prepare() -> Result<(), Failed> {
    install()?;
    Step::npm().args(["run", "build:debug"]).run()
}
