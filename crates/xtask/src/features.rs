//! The client with other features than its default ones.

use crate::step::{Failed, Step};

/// Without the transport that comes along, and with it, but without TLS.
const REDUCED: [&[&str]; 2] = [&["--no-default-features"], &["--no-default-features", "--features", "ureq"]];

/// Builds and lints the client with each set of features that means something of its own.
pub(crate) fn lint() -> Result<(), Failed> {
    let native_tls: &[&str] = &["--no-default-features", "--features", "native-tls"];
    for features in [REDUCED[0], REDUCED[1], &["--features", "platform-verifier"]] {
        clippy(features)?;
    }
    // Elsewhere the system has a TLS of its own.
    let needs_openssl = !cfg!(any(windows, target_vendor = "apple"));
    if needs_openssl && !Step::new("pkg-config").args(["--exists", "openssl"]).succeeds() {
        eprintln!(
            "\nskipped: the client with native-tls (pkg-config finds no headers of OpenSSL: libssl-dev)"
        );
        return Ok(());
    }
    clippy(native_tls)
}

fn clippy(features: &[&str]) -> Result<(), Failed> {
    let clippy = ["clippy", "--locked", "--package", "zoomout", "--all-targets"];
    Step::cargo().args(clippy).args(features).args(["--", "--deny", "warnings"]).run()
}

/// Runs the client's tests where less of it is there, and the core's where a program's other parts have JSON
/// objects keep the order of insertion.
pub(crate) fn test() -> Result<(), Failed> {
    for features in REDUCED {
        Step::cargo().args(["test", "--locked", "--package", "zoomout"]).args(features).run()?;
    }
    let in_order =
        ["test", "--locked", "--package", "zoomout-core", "--features", "serde_json/preserve_order"];
    Step::cargo().args(in_order).run()
}
