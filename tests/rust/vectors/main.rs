//! Runs the shared cases of `tests/vectors` against the core.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod answers;
mod case;
mod conversation;
mod request;
mod resubmission;

use std::collections::BTreeSet;

use case::Case;
use zoomout_core::{ErrorKind, Tier};

fn run(kind: &str, check: impl Fn(&Case)) {
    let cases = Case::of_kind(kind);
    assert!(!cases.is_empty(), "no case of kind {kind}");
    cases.iter().for_each(check);
}

#[test]
fn tiers() {
    run("tiers", |case| {
        let ratio =
            case::ratio(&case.given["zoom_ratio"]).map(|ratio| zoomout_core::ZoomRatio::new(ratio).unwrap());
        case.compare(&serde_json::json!({ "tier": Tier::for_ratio(ratio) }));
    });
}

#[test]
fn requests() {
    run("requests", request::check);
}

#[test]
fn tasks() {
    run("tasks", answers::check_task);
}

#[test]
fn buttons() {
    run("buttons", answers::check_buttons);
}

#[test]
fn errors() {
    run("errors", answers::check_error);
}

#[test]
fn resubmission_decisions() {
    run("resubmission", resubmission::check);
}

#[test]
fn conversations() {
    run("conversations", conversation::check);
}

#[test]
fn every_case_fits_the_schema_and_its_place() {
    let schema = case::read(&case::folder().join("schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (path, json) in Case::files() {
        let errors: Vec<_> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        assert_eq!(json["id"], path.file_stem().unwrap().to_str().unwrap(), "{}", path.display());
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        assert_eq!(json["kind"], folder, "{}", path.display());
    }
}

/// The kinds that a machine without network, clock and disk can end in.
#[test]
fn every_error_kind_of_the_core_has_a_case() {
    let mut covered = BTreeSet::new();
    for (_, json) in Case::files() {
        let expected = &json["expected"];
        covered.extend(
            [&expected["kind"], &expected["error"]["kind"]]
                .into_iter()
                .filter_map(|kind| kind.as_str().map(str::to_owned)),
        );
        let transcript = expected["transcript"].as_array().into_iter().flatten();
        covered.extend(
            transcript.filter_map(|line| {
                Some(line.as_str()?.strip_prefix("failed ")?.split(' ').next()?.to_owned())
            }),
        );
    }
    for kind in ErrorKind::ALL.into_iter().filter(|kind| *kind != ErrorKind::Storage) {
        assert!(covered.contains(kind.as_str()), "no case ends in {kind}");
    }
}
