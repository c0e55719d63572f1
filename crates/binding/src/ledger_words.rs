//! The answers of a ledger in the words of the shared cases: see `tests/vectors/README.md`.

use std::time::Duration;

use serde_json::Value;
use zoomout::{Claim, Error, LedgerError, Outcome, TaskId};

/// What it answers to a claim.
pub(crate) fn to_claim(answer: Option<&str>) -> Result<Result<Claim, LedgerError>, Error> {
    let Some(answer) = answer else { return Ok(Ok(Claim::New { lease: Duration::MAX })) };
    let answer: Value = serde_json::from_str(answer).map_err(|error| unknown(&error.to_string()))?;
    let Some((name, told)) = answer.as_object().and_then(|answer| answer.iter().next()) else {
        return Err(unknown(&answer.to_string()));
    };
    let text = || told.as_str().unwrap_or_default().to_owned();
    let span = || Duration::from_millis(told.as_u64().unwrap_or_default());
    Ok(Ok(match name.as_str() {
        "new" => Claim::New { lease: span() },
        "held" => Claim::Held { left: span() },
        "accepted" => Claim::Accepted(TaskId::new(text())?),
        "ended" => Claim::Ended(outcome(told)?),
        "unconfirmed" => Claim::Unconfirmed { reason: text() },
        "conflict" => Claim::Conflict { request: text() },
        "failed" => return Ok(Err(LedgerError::new(text()))),
        other => return Err(unknown(other)),
    }))
}

/// What it answers to a record.
pub(crate) fn to_record(answer: Option<&str>) -> Result<Result<(), LedgerError>, Error> {
    let answer: Option<Value> =
        answer.map(serde_json::from_str).transpose().map_err(|error| unknown(&error.to_string()))?;
    match answer.as_ref().map(|answer| (answer, answer["failed"].as_str())) {
        None => Ok(Ok(())),
        Some((answer, None)) if answer == "written" => Ok(Ok(())),
        Some((_, Some(problem))) => Ok(Err(LedgerError::new(problem))),
        Some((answer, None)) => Err(unknown(&answer.to_string())),
    }
}

fn outcome(told: &Value) -> Result<Outcome, Error> {
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let done = told["done"].as_bool().unwrap_or_default();
    Ok(Outcome::new(TaskId::new(text("task_id"))?, done, told["cost"].as_f64(), text("shown")))
}

fn unknown(answer: &str) -> Error {
    Error::invalid("answer", format_args!("is none of a ledger: {answer}"))
}
