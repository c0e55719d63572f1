//! `cargo xtask lint`: format, lints, types and docs in every language.

use crate::step::{Failed, Step};
use crate::{node, python};

pub(crate) fn run() -> Result<(), Failed> {
    Step::cargo().args(["fmt", "--all", "--check"]).run()?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    Step::cargo().args(clippy).run()?;
    let doc = ["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"];
    Step::cargo().args(doc).env("RUSTDOCFLAGS", "--deny warnings").run()?;
    Step::cargo().args(["test", "--locked", "--quiet", "--package", "xtask"]).run()?;
    python::lint()?;
    node::lint()?;
    if Step::cargo().args(["deny", "--version"]).succeeds() {
        Step::cargo().args(["deny", "check"]).run()?;
    } else {
        eprintln!("\nskipped: cargo deny check (cargo-deny is not installed: cargo install cargo-deny)");
    }
    Ok(())
}
