//! Programs of `tests/` that are run in release: `cargo xtask simulate`, `cargo xtask scale`.

use crate::step::{Failed, Step};

pub(crate) fn run(program: &str, args: &[String]) -> Result<(), Failed> {
    let run = ["run", "--release", "--locked", "--package", "zoomout-tests", "--bin", program, "--"];
    Step::cargo().args(run).args(args).run()
}
