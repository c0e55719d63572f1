//! A browser to look at the report with: Debian's, where that can be had.

use crate::step::Step;

/// Installs one where there is none and this is allowed. Without one, its tests say that they were skipped.
pub(crate) fn provide() {
    let is_there = |name: &&str| Step::new(name).args(["--version"]).succeeds();
    if ["chromium", "chromium-browser", "google-chrome"].iter().any(is_there) {
        return;
    }
    let install = || Step::new("apt-get").args(["install", "--yes", "--no-install-recommends", "chromium"]);
    // The list of packages may be old, or missing.
    let installed =
        install().succeeds() || (Step::new("apt-get").args(["update"]).succeeds() && install().succeeds());
    if !installed {
        eprintln!("\nskipped: the report in a browser (no Chromium; Debian's package is chromium)");
    }
}
