//! A batch on its way: what is known of its rows, who works on them, and what is shown meanwhile.

mod counts;
mod parents;
mod results;
mod run;
mod standing;

pub(crate) use parents::fetch as fetch_parents;
pub(crate) use results::{Results, not_written};
pub(crate) use run::{Halt, Run, Setting, not_read_back};
pub(crate) use standing::{Known as OnRecord, standing};
