//! What really arrives: tolerant reading of every shape that the reference lists.

mod answer;
mod images;
mod midjourney;
mod pick;
mod status;
mod submission;
mod task;

pub use answer::Answer;
pub use images::Image;
pub use midjourney::{Button, MidjourneyTask};
pub use status::Status;
pub use submission::Submission;
pub use task::Task;
