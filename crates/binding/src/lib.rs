//! What the Python and the Node package have in common: values that arrive loosely typed, and answers that
//! leave as JSON. So that neither has a rule of its own.
#![forbid(unsafe_code)]

mod ask;
mod collecting;
mod connection;
mod each_process;
mod entry;
mod forking;
mod handed_out;
mod known;
mod ledger_file;
mod ledger_words;
mod left_behind;
mod machine;
mod news;
mod own_process;
mod resolution;
mod settings;
mod under_way;

pub use ask::{Answer, Ask, End, Fetch, end_of};
pub use collecting::Collecting;
pub use connection::Connection;
pub use each_process::EachProcess;
pub use forking::{after_fork, before_fork, forked};
pub use handed_out::flush;
pub use known::Known;
pub use ledger_file::LedgerFile;
pub use machine::{Machine, Reply, read_buttons, read_task};
pub use news::{told, warning};
pub use own_process::OwnProcess;
pub use resolution::resolution;
pub use settings::Settings;
pub use under_way::UnderWay;

/// The JSON of a value.
pub fn json(value: &impl serde::Serialize) -> String {
    // Our values are text, numbers and lists: writing them as JSON does not fail.
    serde_json::to_string(value).unwrap_or_default()
}
