//! One job as a chore: turn by turn, with those who want to hear of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use http::{Response, StatusCode};
use zoomout_core::{
    Billed, Call, Error, ErrorKind, Event, Failure, Instant, Job, Policy, Step, Submission, Task, TaskId,
};

use super::chore::{Chore, Class, Next, Reception, Turn};
use super::group::Member;
use super::permit::Permit;
use super::work::Work;
use crate::client::Client;

/// Who hears how a job ended, and thereby what it is for.
pub(super) enum OnEnd {
    /// Its submission is accepted, or it is not.
    Accepted(Box<dyn FnOnce(Result<Submission, Error>) + Send>),
    /// Its task is done, or it is not.
    Finished(Box<dyn FnOnce(Result<Task, Error>) + Send>),
}

/// What the world does for an errand.
pub(super) trait World {
    fn now(&self) -> Instant;
    fn exchange(&self, call: &Call) -> Result<Response<Vec<u8>>, Failure>;
    /// The call is over, and this is what its answer says about the server: its place is free.
    fn heard(&mut self, reception: Reception);
    fn is_cancelled(&self) -> bool;
    /// The task exists: whoever stops now must hear of it.
    fn known(&self, task_id: &TaskId);
}

pub(super) struct Errand<W> {
    world: W,
    work: Work,
    policy: Policy,
    /// Made at the first turn, so that waiting in a queue does not eat up its deadline.
    job: Option<Box<Job>>,
    /// A call for which the last turn had no permit any more.
    pending: Option<Call>,
    on_event: Box<dyn FnMut(&Event) + Send>,
    on_end: OnEnd,
    accepted: Option<Submission>,
    result: Option<Result<Task, Error>>,
    /// The latest moment seen.
    now: Instant,
    /// Whose code runs, should it panic.
    running: &'static str,
}

impl<W> fmt::Debug for Errand<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errand").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl<W: World> Errand<W> {
    pub(super) fn new(
        world: W,
        policy: Policy,
        work: Work,
        on_event: impl FnMut(&Event) + Send + 'static,
        on_end: OnEnd,
    ) -> Self {
        Self {
            world,
            work,
            policy,
            job: None,
            pending: None,
            on_event: Box::new(on_event),
            on_end,
            accepted: None,
            result: None,
            now: Instant::ZERO,
            running: "the clock",
        }
    }

    /// What the next turn needs a permit for.
    pub(super) fn class(&self) -> Class {
        let task_id = match (&self.job, &self.work) {
            (Some(job), _) => job.task_id(),
            (None, Work::Wait(task_id)) => Some(task_id),
            (None, Work::Submit(_)) => None,
        };
        if task_id.is_some() { Class::Look } else { Class::Submission }
    }

    /// One turn, whatever happens in the code of others.
    pub(super) fn turn(&mut self, class: Class) -> Next {
        let turn = catch_unwind(AssertUnwindSafe(|| self.go_on(class)));
        turn.unwrap_or_else(|_| {
            self.world.heard(Reception::Other);
            self.wreck();
            Next::Ended
        })
    }

    fn go_on(&mut self, class: Class) -> Next {
        let mut may_call = class != Class::End;
        if !may_call || self.world.is_cancelled() {
            self.give_up();
        }
        let mut overrun = false;
        loop {
            let now = self.look_at_clock();
            let step = self.pending.take().map_or_else(|| self.job(now).poll(now), Step::Send);
            match step {
                Step::Send(call) if !may_call => {
                    self.pending = Some(call);
                    return self.again(now);
                }
                Step::Send(call) => {
                    may_call = false;
                    let status = self.exchange(&call);
                    overrun = call.costs_money() && status == Some(StatusCode::TOO_MANY_REQUESTS);
                }
                Step::Report(event) => {
                    match &event {
                        Event::Submitted(submission) => {
                            self.world.known(&submission.task_id);
                            self.world.heard(Reception::Accepted);
                        }
                        Event::Retrying(retry) if overrun => {
                            self.world.heard(Reception::Overrun(now + retry.after));
                        }
                        _ if may_call => {}
                        _ => self.world.heard(Reception::Other),
                    }
                    self.running = "the observer of its events";
                    (self.on_event)(&event);
                    if let (Event::Submitted(submission), OnEnd::Accepted(_)) = (event, &self.on_end) {
                        self.accepted = Some(submission);
                        return Next::Ended;
                    }
                }
                Step::Wait(until) => return self.again(until),
                Step::Done(result) => {
                    self.result = Some(result);
                    return Next::Ended;
                }
                // Every call is reported before the job is asked again.
                _ => return self.again(now),
            }
        }
    }

    /// Makes a call, reports what came of it, and answers the status.
    fn exchange(&mut self, call: &Call) -> Option<StatusCode> {
        self.running = "the transport";
        let answer = self.world.exchange(call);
        let now = self.look_at_clock();
        let cancelled = self.world.is_cancelled();
        let job = self.job(now);
        // Before the answer, so that a call that was cut off counts as stopped, not as failed.
        if cancelled {
            job.cancel();
        }
        match &answer {
            Ok(answer) => job.on_response(now, answer),
            Err(failure) => job.on_failure(now, failure),
        }
        answer.ok().map(|answer| answer.status())
    }

    fn again(&self, at: Instant) -> Next {
        Next::Again(Turn { class: self.class(), at })
    }

    fn look_at_clock(&mut self) -> Instant {
        self.running = "the clock";
        self.now = self.now.max(self.world.now());
        self.now
    }

    fn job(&mut self, now: Instant) -> &mut Job {
        self.job.get_or_insert_with(|| {
            let seed = fastrand::u64(..);
            Box::new(match &self.work {
                Work::Submit(action) => Job::submit(action.clone(), self.policy, seed, now),
                Work::Wait(task_id) => Job::resume(task_id.clone(), self.policy, seed, now),
            })
        })
    }

    /// Stops waiting. What was not sent yet never will be.
    fn give_up(&mut self) {
        let (now, unsent) = (self.now, self.pending.take().is_some());
        let job = self.job(now);
        job.cancel();
        if unsent {
            job.on_failure(now, &Failure::not_sent("cancelled before it was sent"));
        }
    }

    /// Ends the job after code of others has panicked: what was out may have arrived.
    fn wreck(&mut self) {
        let (now, cause) = (self.now, format!("{} panicked", self.running));
        self.give_up();
        self.job(now).on_failure(now, &Failure::unknown(cause.as_str()));
        let result = loop {
            match self.job(now).poll(now) {
                Step::Report(event) => drop(catch_unwind(AssertUnwindSafe(|| (self.on_event)(&event)))),
                Step::Done(result) => break result,
                _ => break Err(Error::new(ErrorKind::Cancelled, Billed::Maybe, "the job was given up")),
            }
        };
        self.result = Some(result.map_err(|error| error.with_note(&cause)));
    }

    /// Tells how it ended. There is nobody to tell of a panic in here.
    pub(super) fn end(mut self) {
        if self.result.is_none() && self.accepted.is_none() {
            self.wreck();
        }
        let Self { on_end, accepted, result, .. } = self;
        let missing = || Err(Error::new(ErrorKind::Cancelled, Billed::Maybe, "the job was given up"));
        let tell = || match on_end {
            OnEnd::Accepted(tell) => match accepted {
                Some(submission) => tell(Ok(submission)),
                None => tell(result.unwrap_or_else(missing).map(Submission::from)),
            },
            OnEnd::Finished(tell) => tell(result.unwrap_or_else(missing)),
        };
        drop(catch_unwind(AssertUnwindSafe(tell)));
    }
}

impl Chore for Errand<Outside> {
    fn class(&self) -> Class {
        self.class()
    }

    fn turn(&mut self, permit: Permit) -> Next {
        let class = permit.class();
        self.world.permit = Some(permit);
        let next = self.turn(class);
        self.world.permit = None;
        next
    }

    fn end(self: Box<Self>) {
        (*self).end();
    }

    fn refuse(mut self: Box<Self>) {
        self.result = Some(Err(no_thread()));
        self.end();
    }
}

/// The world of a job on the threads of an engine.
pub(super) struct Outside {
    client: Client,
    member: Member,
    permit: Option<Permit>,
}

impl Outside {
    pub(super) fn new(client: Client, member: Member) -> Self {
        Self { client, member, permit: None }
    }
}

impl World for Outside {
    fn now(&self) -> Instant {
        self.client.clock.now()
    }

    fn exchange(&self, call: &Call) -> Result<Response<Vec<u8>>, Failure> {
        self.client.exchange(call, &self.member.token)
    }

    fn heard(&mut self, reception: Reception) {
        if let Some(permit) = self.permit.take() {
            permit.heard(reception);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.member.token.is_cancelled()
    }

    fn known(&self, task_id: &TaskId) {
        self.member.known(task_id);
    }
}

pub(super) fn no_thread() -> Error {
    Error::new(ErrorKind::Transport, Billed::No, "this machine has no thread left")
}
