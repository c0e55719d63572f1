//! What really arrives: tolerant reading of every shape that the reference lists.

pub(crate) mod answer;
mod excerpt;
mod midjourney;
mod pick;
mod submission;
mod task;
