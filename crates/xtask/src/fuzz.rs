//! `cargo xtask fuzz`: coverage-guided fuzzing with libFuzzer, on the stable toolchain.

use std::process::Command;

use crate::step::{Failed, Step, root};

/// What makes the compiler count which branches a run takes. Sanitizers, which need a nightly compiler,
/// would find nothing here: there is no unsafe code.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

pub(crate) fn run(target: &str, seconds: u64) -> Result<(), Failed> {
    let corpus = format!("fuzz/corpus/{target}");
    if !root().join(&corpus).is_dir() {
        return Err(Failed(format!("no such target: {target} (see fuzz/corpus)")));
    }
    let found = format!("target/fuzz/{target}");
    std::fs::create_dir_all(root().join(&found)).map_err(|error| Failed(format!("{found}: {error}")))?;
    // With a target of its own, build scripts stay without the counters.
    let build =
        ["run", "--release", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target/fuzz"];
    let limits = [
        format!("-max_total_time={seconds}"),
        format!("-artifact_prefix={found}/"),
        "-timeout=10".to_owned(),
    ];
    Step::cargo()
        .args(build)
        .args(["--target", &host()?, "--"])
        // What is found interesting goes into the first folder; the committed corpus stays as it is.
        .args([&found, &corpus])
        .args(limits)
        .env("RUSTFLAGS", COVERAGE)
        .env("FUZZ_TARGET", target)
        .run()
}

fn host() -> Result<String, Failed> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output =
        Command::new(rustc).arg("-vV").output().map_err(|error| Failed(format!("rustc -vV: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failed("rustc -vV names no host".to_owned()))
}
