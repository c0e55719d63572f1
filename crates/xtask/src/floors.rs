//! The oldest versions that our requirements on dependencies allow: whether those are true.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::known;
use crate::step::{Failed, Step, root};

/// A copy, because cargo keeps one `Cargo.lock` for a workspace, and ours is not to change.
const COPY: &str = "target/floors/workspace";

/// Checks the whole workspace with each of its direct dependencies at the oldest version it asks for.
pub(crate) fn check() -> Result<(), Failed> {
    let copy = root().join(COPY);
    copy_to(&copy).map_err(|error| Failed(format!("a copy to {} ({error})", copy.display())))?;
    let manifest = format!("{COPY}/Cargo.toml");
    let manifest = ["--manifest-path", manifest.as_str()];
    Step::cargo()
        .args(["update", "--quiet", "-Z", "direct-minimal-versions"])
        .args(manifest)
        .env("RUSTC_BOOTSTRAP", "1") // the option is one of nightly's
        .run()?;
    Step::cargo()
        .args(["check", "--locked", "--workspace", "--all-targets"])
        .args(manifest)
        .env("CARGO_TARGET_DIR", "target/floors/build")
        .run()
}

fn copy_to(copy: &Path) -> io::Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    for file in known::files().map_err(|Failed(why)| io::Error::other(why))? {
        let (from, to) = (root().join(&file), copy.join(&file));
        fs::create_dir_all(to.parent().unwrap_or(copy))?;
        fs::copy(&from, &to)?;
        // Cargo builds anew what looks newer than its last build.
        File::options().write(true).open(&to)?.set_modified(from.metadata()?.modified()?)?;
    }
    Ok(())
}
