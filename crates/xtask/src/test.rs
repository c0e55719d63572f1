//! `cargo xtask test`: every test of every language.

use clap::Args;

use crate::step::{Failed, Step};
use crate::{chromium, features, model, node, python};

/// Which languages; all of them if none is named.
#[derive(Args)]
pub(crate) struct Parts {
    /// Rust only, or Rust and whatever else is named.
    #[arg(long)]
    rust: bool,
    /// Python only, or Python and whatever else is named.
    #[arg(long)]
    python: bool,
    /// Node only, or Node and whatever else is named.
    #[arg(long)]
    node: bool,
}

pub(crate) fn run(parts: &Parts) -> Result<(), Failed> {
    let all = !(parts.rust || parts.python || parts.node);
    if all || parts.rust {
        chromium::provide();
        Step::cargo().args(["test", "--locked"]).run()?;
        features::test()?;
        model::run()?;
    }
    if all || parts.python {
        python::test()?;
    }
    if all || parts.node {
        node::test()?;
    }
    Ok(())
}
