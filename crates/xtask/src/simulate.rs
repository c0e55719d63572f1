//! `cargo xtask simulate`: a million zooms in virtual time.

use crate::step::{Failed, Step};

pub(crate) fn run(args: &[String]) -> Result<(), Failed> {
    let simulate = ["run", "--release", "--locked", "--package", "zoomout-tests", "--bin", "simulate", "--"];
    Step::cargo().args(simulate).args(args).run()
}
