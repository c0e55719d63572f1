//! The pictures that the zooms start from, for the report: free, and no harm if they cannot be had.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use zoomout::{CancelToken, Client, Dispatcher, Download, TaskId};
use zoomout_batch::PARENTS;

/// So long they are waited for, however many there are: the batch itself is done.
const PATIENCE: Duration = Duration::from_secs(30);

/// So often somebody looks whether the command was stopped.
const GLANCE: Duration = Duration::from_millis(100);

/// Fetches the first picture of each parent that is not there yet, and answers where each one is, as a path from
/// `folder`. One that has died, is not shown, or does not come in time is left out.
pub(crate) fn fetch(
    client: &Client,
    stop: &CancelToken,
    folder: &Path,
    parents: BTreeSet<TaskId>,
) -> BTreeMap<TaskId, PathBuf> {
    let place = |parent: &TaskId| Path::new(PARENTS).join(format!("{}.png", parent.encoded()));
    let is_there = |parent: &TaskId| folder.join(place(parent)).is_file();
    let wanted: Vec<&TaskId> = parents.iter().filter(|parent| !is_there(parent)).collect();
    if !wanted.is_empty() && fs::create_dir_all(folder.join(PARENTS)).is_ok() {
        fetch_those(client, stop, &wanted, |parent| folder.join(place(parent)));
    }
    parents.into_iter().filter(is_there).map(|parent| (parent.clone(), place(&parent))).collect()
}

fn fetch_those(client: &Client, stop: &CancelToken, wanted: &[&TaskId], place: impl Fn(&TaskId) -> PathBuf) {
    let dispatcher = Dispatcher::new(client);
    let (show, shown) = channel();
    for parent in wanted {
        let show = show.clone();
        // Nobody looks any more: then nobody misses it.
        dispatcher.task((*parent).clone(), move |task| drop(show.send(task)));
    }
    drop(show);
    let until = Instant::now() + PATIENCE;
    let may_wait = || !stop.is_cancelled() && Instant::now() < until;
    while may_wait() {
        match shown.recv_timeout(GLANCE) {
            Ok(Ok(task)) => {
                if let Some(link) = task.links().first() {
                    dispatcher.download(Download::one(link, place(&task.task_id)), |_| {}, drop);
                }
            }
            Ok(Err(_)) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    while may_wait() && !dispatcher.drain(GLANCE).is_empty() {}
}
