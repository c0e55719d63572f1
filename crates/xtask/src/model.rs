//! `cargo xtask model`: the threads of a client under a model checker.

use crate::step::{Failed, Step};

pub(crate) fn run() -> Result<(), Failed> {
    // With a target of its own, nothing else is built anew. Optimised, it tries ten times as much.
    Step::cargo()
        .args(["test", "--locked", "--package", "zoomout", "--lib", "--no-default-features"])
        .args(["--target-dir", "target/model", "model::"])
        .env("RUSTFLAGS", "--cfg shuttle")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .run()
}
