//! The pictures that the zooms start from, for the report: free, and no harm if they cannot be had.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use zoomout::{CancelToken, Client, TaskId};

/// Their folder, beside the report.
const FOLDER: &str = "parents";

/// Fetches the first picture of each parent that is not there yet, and answers where each one is, as a path from
/// `folder`. One that has died, or is not shown, is left out.
pub(crate) fn fetch(
    client: &Client,
    stop: &CancelToken,
    folder: &Path,
    parents: BTreeSet<TaskId>,
) -> BTreeMap<TaskId, PathBuf> {
    let mut places = BTreeMap::new();
    let mut wanted = Vec::new();
    for parent in parents {
        let place = Path::new(FOLDER).join(format!("{}.png", parent.encoded()));
        if folder.join(&place).is_file() {
            places.insert(parent, place);
        } else {
            wanted.push((parent, place));
        }
    }
    if !wanted.is_empty() && fs::create_dir_all(folder.join(FOLDER)).is_err() {
        return places;
    }
    for (parent, place) in wanted {
        if stop.is_cancelled() {
            break;
        }
        let picture =
            client.task(&parent).ok().and_then(|task| task.links().first().map(ToString::to_string));
        let saved = picture.and_then(|link| client.pictures().save(&link, folder.join(&place)).ok());
        if saved.is_some() {
            places.insert(parent, place);
        }
    }
    places
}
