//! libFuzzer at work on the target that `FUZZ_TARGET` names. Run it by `cargo xtask fuzz TARGET`.
#![no_main]

mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names the target");
    let found = targets::TARGETS.into_iter().find(|(known, _)| *known == name);
    found.expect("FUZZ_TARGET is one of fuzz/src/targets.rs").1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
