//! Drives one job to its end on the caller's thread.

use http::{Response, StatusCode};
use zoomout_core::{Call, Error, Event, Failure, Instant, Job, Step, Submission, Task};

use crate::cancel::CancelToken;
use crate::client::Client;
use crate::dispatcher::{Class, Permit, Reception};

/// A job under way.
struct Drive {
    job: Job,
    /// Nobody waits in line beyond this.
    deadline: Instant,
    /// That of the last call, while it is not known what its answer says about the server.
    permit: Option<Permit>,
    /// The last call met a server that has too much to do.
    overrun: bool,
}

impl Drive {
    fn heard(&mut self, reception: Reception) {
        if let Some(permit) = self.permit.take() {
            permit.heard(reception);
        }
    }
}

impl Client {
    /// Runs the job until it ends.
    pub(crate) fn drive(&self, job: Job) -> Result<Task, Error> {
        let mut drive = self.start(job);
        loop {
            if let Next::Ended(result) = self.step(&mut drive) {
                return result;
            }
        }
    }

    /// Runs the job until its submission is accepted, and leaves it there.
    pub(crate) fn drive_until_submitted(&self, job: Job) -> Result<Submission, Error> {
        let mut drive = self.start(job);
        loop {
            match self.step(&mut drive) {
                Next::Accepted(submission) => return Ok(submission),
                Next::Ended(result) => {
                    return result.map(Submission::from);
                }
                Next::Again => {}
            }
        }
    }

    fn start(&self, job: Job) -> Drive {
        Drive { job, deadline: self.clock.now() + self.policy.deadline, permit: None, overrun: false }
    }

    fn step(&self, drive: &mut Drive) -> Next {
        if self.cancel.is_cancelled() {
            drive.job.cancel();
        }
        match drive.job.poll(self.clock.now()) {
            Step::Send(call) => {
                drive.permit = None;
                let class = if call.costs_money() { Class::Submission } else { Class::Look };
                drive.permit = self.engine.admit(class, drive.deadline, &self.cancel);
                let outcome = match drive.permit {
                    Some(_) => self.exchange(&call, &self.cancel),
                    None => Err(Failure::not_sent("its turn did not come")),
                };
                // Before the outcome, so that a call that was cut off counts as stopped, not as failed.
                if self.cancel.is_cancelled() {
                    drive.job.cancel();
                }
                let status = outcome.as_ref().ok().map(Response::status);
                drive.overrun = call.costs_money() && status == Some(StatusCode::TOO_MANY_REQUESTS);
                match outcome {
                    Ok(response) => {
                        drive.job.on_response(self.clock.now(), &response);
                    }
                    Err(failure) => drive.job.on_failure(self.clock.now(), &failure),
                }
                Next::Again
            }
            Step::Report(event) => {
                drive.heard(match &event {
                    Event::Submitted(_) => Reception::Accepted,
                    Event::Retrying(retry) if drive.overrun => {
                        Reception::Overrun(self.clock.now() + retry.after)
                    }
                    _ => Reception::Other,
                });
                self.tell(&event);
                match event {
                    Event::Submitted(submission) => Next::Accepted(submission),
                    _ => Next::Again,
                }
            }
            Step::Wait(until) => {
                drive.permit = None;
                self.clock.sleep_until(until, &self.cancel);
                Next::Again
            }
            Step::Done(result) => Next::Ended(result),
            // This loop reports every call before it asks again.
            _ => Next::Again,
        }
    }

    /// Makes one call, without letting the key come back in.
    pub(crate) fn exchange(&self, call: &Call, cancel: &CancelToken) -> Result<Response<Vec<u8>>, Failure> {
        let mut response = self.transport.send(self.api.request(call), cancel)?;
        self.api.redact(&mut response);
        Ok(response)
    }
}

/// What a step of a job came to.
#[expect(clippy::large_enum_variant, reason = "matched at once, never stored")]
enum Next {
    Again,
    Accepted(Submission),
    Ended(Result<Task, Error>),
}
