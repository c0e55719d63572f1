//! `collect`: what is paid for comes home.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::json;
use zoomout::{Billed, Collected, Error, ErrorKind, Filter, Which, check_target};

use crate::failure::Failure;
use crate::fit;
use crate::ledger::Place;
use crate::session::{Session, Tools};

pub(crate) fn run(tools: &Tools<'_>, folder: &Path) -> Result<(), Failure> {
    if Place::of(tools.global)? == Place::Nowhere {
        return Err(nothing_on_record().into());
    }
    let folder = folder.join("");
    check_target(&folder)?;
    let session = Session::open(tools)?;
    name_others(tools, &session)?;
    let collecting = session.client.collect_those(Which::Uncollected, &folder)?;
    let total = collecting.total();
    if total == 0 {
        tools.output.tell("nothing is paid for that is not saved");
        return Ok(());
    }
    tools.output.tell(&format!("{total} submissions whose pictures are not saved"));
    let mut first = None;
    for collected in collecting {
        let failure = tell(tools, collected);
        first = first.or(failure);
    }
    first.map_or(Ok(()), |failure| Err(failure.told()))
}

/// What belongs to another account or server cannot be asked for with this key, and is left alone.
fn name_others(tools: &Tools<'_>, session: &Session<'_>) -> Result<(), Failure> {
    let mine: BTreeSet<u64> =
        session.client.entries(Which::Uncollected)?.iter().map(|entry| entry.number).collect();
    let all = Filter { which: Which::Uncollected, ..Filter::default() };
    let all =
        session.client.ledger().entries(&all).map_err(|error| {
            Error::unsent(ErrorKind::Storage, "the ledger cannot be read").caused_by(&error)
        })?;
    let mut others = BTreeMap::<&str, usize>::new();
    for entry in all.iter().filter(|entry| !mine.contains(&entry.number)) {
        *others.entry(&entry.owner.server).or_default() += 1;
    }
    for (server, count) in others {
        tools.output.tell(&format!("{count} more are of another account or server: {}", fit::exact(server)));
    }
    Ok(())
}

fn tell(tools: &Tools<'_>, collected: Collected) -> Option<Failure> {
    let Collected { entry, result, .. } = collected;
    let name = entry.key.clone();
    match result {
        Ok(files) => {
            let object =
                || json!({ "key": name, "task_id": entry.task_id, "parent": entry.parent, "paths": files });
            tools.output.result(object, || describe(&name, &files));
            None
        }
        Err(error) => {
            let failure = tools.known.failure(error, None);
            tools.output.tell_failure(&failure, Some(&name));
            // A refunded task, or one that somebody must settle, is no failure of this command.
            let is_news =
                failure.error.kind() == ErrorKind::TaskFailed && failure.error.billed() == Billed::No;
            (!is_news).then_some(failure)
        }
    }
}

fn describe(key: &str, files: &[PathBuf]) -> String {
    let mut text = fit::exact(key);
    for file in files {
        text.push_str("\nsaved: ");
        text.push_str(&fit::exact(file.display()));
    }
    text
}

fn nothing_on_record() -> Error {
    Error::invalid("ledger", "is needed: without one nothing is on record that could be collected")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_named() {
        let files = [PathBuf::from("a-1.png"), PathBuf::from("a-2.png")];
        assert_eq!(describe("album/17", &files), "album/17\nsaved: a-1.png\nsaved: a-2.png");
    }
}
