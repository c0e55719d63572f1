//! `cargo xtask crash`: the crash test at length.

use crate::step::{Failed, Step};

pub(crate) fn run() -> Result<(), Failed> {
    Step::cargo()
        .args([
            "test",
            "--locked",
            "--release",
            "--package",
            "zoomout-cli",
            "--test",
            "crash",
            "--",
            "--nocapture",
        ])
        .env("CRASH_ROWS", "3000")
        .env("CRASH_KILLS", "60")
        .run()
}
