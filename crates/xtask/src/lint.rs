//! `cargo xtask lint`: format, lints, types and docs in every language.

use std::path::Path;
use std::process::Command;

use crate::step::{Failed, Step};
use crate::{features, floors, node, python};

pub(crate) fn run() -> Result<(), Failed> {
    Step::cargo().args(["fmt", "--all", "--check"]).run()?;
    // A workspace of its own; what it fuzzes with is linted as part of the tests.
    Step::cargo().args(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]).run()?;
    let clippy = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    Step::cargo().args(clippy).run()?;
    features::lint()?;
    core_for_the_web()?;
    oldest_rust()?;
    floors::check()?;
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

/// Builds with the oldest Rust that is promised, where rustup has it. Clippy's `incompatible_msrv` and the
/// tidy tests check the promise everywhere.
fn oldest_rust() -> Result<(), Failed> {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    let cargo = |args: &[&str]| Step::new("rustup").args(["run", oldest, "cargo"]).args(args);
    if cargo(&["--version"]).succeeds() {
        return cargo(&["check", "--locked", "--workspace"])
            .env("CARGO_TARGET_DIR", "target/oldest-rust")
            .run();
    }
    eprintln!("\nskipped: cargo check with Rust {oldest} (not installed: rustup toolchain install {oldest})");
    Ok(())
}

/// Builds the core for a web page's machine, where rustup has its library.
fn core_for_the_web() -> Result<(), Failed> {
    let web = "wasm32-unknown-unknown";
    let library = Command::new("rustc").args(["--print", "target-libdir", "--target", web]).output();
    let library = library.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    if library.is_ok_and(|path| !path.is_empty() && Path::new(&path).exists()) {
        return Step::cargo().args(["check", "--locked", "--package", "zoomout-core", "--target", web]).run();
    }
    eprintln!("\nskipped: cargo check of zoomout-core for {web} (not installed: rustup target add {web})");
    Ok(())
}
