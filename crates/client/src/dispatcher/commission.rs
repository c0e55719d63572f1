//! A machine that somebody gave to a dispatcher, and who hears how it ended.

use std::fmt;
use std::sync::Arc;

use zoomout_core::{Error, ErrorKind, Event, Machine};

use super::chore::{Chore, Class, Next, Reception};
use super::group::Member;
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::contained::contained;
use crate::errand::{Errand, Life};

/// Hears how it ended.
type OnEnd<T> = Box<dyn FnOnce(Result<T, Error>) + Send>;

/// A machine on the threads of an engine.
pub(super) struct Commission<M: Machine, X> {
    errand: Errand<M, X>,
    on_end: OnEnd<M::Output>,
    /// The last to go, so that whoever waits for the group finds everything told.
    member: Arc<Member>,
}

impl<M, X> Commission<M, X>
where
    M: Machine,
    X: Carrier<M>,
{
    pub(super) fn new(
        life: Life<M>,
        carrier: X,
        clock: &Arc<dyn Clock>,
        member: Member,
        mut on_event: impl FnMut(&Event) + Send + 'static,
        on_end: OnEnd<M::Output>,
    ) -> Self {
        let member = Arc::new(member);
        let known = Arc::clone(&member);
        let hear = Box::new(move |event: &Event| {
            match event {
                Event::Submitted(submission) => known.known(&submission.task_id),
                Event::Resumed(resumed) => known.known(&resumed.task_id),
                _ => {}
            }
            on_event(event);
        });
        Self { errand: Errand::new(life, carrier, clock, &member.token, hear), on_end, member }
    }
}

impl<M, X> Chore for Commission<M, X>
where
    M: Machine<Call: Send, Reply: Send, Output: Send> + Send,
    X: Carrier<M> + Send,
{
    fn class(&self) -> Class {
        self.errand.class()
    }

    fn turn(&mut self, class: Class, heard: &mut dyn FnMut(Reception)) -> Next {
        self.errand.turn(class, heard)
    }

    fn end(self: Box<Self>) {
        let Self { errand, on_end, member } = *self;
        let result = errand.into_result();
        // There is nobody to tell of a panic in here.
        contained(|| on_end(result));
        drop(member);
    }

    fn refuse(self: Box<Self>) {
        let Self { errand, on_end, member } = *self;
        let error = Error::unsent(ErrorKind::Storage, "this machine has no thread left");
        contained(|| drop(errand.into_result()));
        contained(|| on_end(Err(error)));
        drop(member);
    }
}

impl<M: Machine, X> fmt::Debug for Commission<M, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commission").field("errand", &self.errand).finish_non_exhaustive()
    }
}
