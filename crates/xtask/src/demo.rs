//! `cargo xtask demo`: the whole story against the embedded emulator.

use std::path::Path;

use crate::step::{Failed, Step};

pub(crate) fn run(out: &Path) -> Result<(), Failed> {
    let args = [
        "run",
        "--release",
        "--locked",
        "--package",
        "zoomout-cli",
        "--bin",
        "zoomout",
        "--",
        "demo",
        "--out",
    ];
    Step::cargo().args(args).args([out]).run()
}
