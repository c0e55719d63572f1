//! What the Python and the Node package have in common: values that arrive loosely typed, and answers that
//! leave as JSON. So that neither has a rule of its own.
#![forbid(unsafe_code)]

mod ask;
mod connection;
mod each_process;
mod known;
mod left_behind;
mod machine;
mod own_process;
mod settings;

pub use ask::{Answer, Ask, Fetch};
pub use connection::Connection;
pub use each_process::EachProcess;
pub use known::Known;
pub use machine::{Machine, Reply, read_buttons, read_task};
pub use own_process::OwnProcess;
pub use settings::Settings;

/// The JSON of a value.
pub fn json(value: &impl serde::Serialize) -> String {
    // Our values are text, numbers and lists: writing them as JSON does not fail.
    serde_json::to_string(value).unwrap_or_default()
}
