//! Drives one job to its end on the caller's thread.

use http::Response;
use zoomout_core::{Call, Error, Event, Failure, Job, Step, Submission, Task};

use crate::cancel::CancelToken;
use crate::client::Client;

impl Client {
    /// Runs the job until it ends.
    pub(crate) fn drive(&self, mut job: Job) -> Result<Task, Error> {
        loop {
            if let Next::Ended(result) = self.step(&mut job) {
                return result;
            }
        }
    }

    /// Runs the job until its submission is accepted, and leaves it there.
    pub(crate) fn drive_until_submitted(&self, mut job: Job) -> Result<Submission, Error> {
        loop {
            match self.step(&mut job) {
                Next::Accepted(submission) => return Ok(submission),
                Next::Ended(result) => {
                    return result.map(Submission::from);
                }
                Next::Again => {}
            }
        }
    }

    fn step(&self, job: &mut Job) -> Next {
        if self.cancel.is_cancelled() {
            job.cancel();
        }
        match job.poll(self.clock.now()) {
            Step::Send(call) => {
                let outcome = self.exchange(&call, &self.cancel);
                // Before the outcome, so that a call that was cut off counts as stopped, not as failed.
                if self.cancel.is_cancelled() {
                    job.cancel();
                }
                match outcome {
                    Ok(response) => {
                        job.on_response(self.clock.now(), &response);
                    }
                    Err(failure) => job.on_failure(self.clock.now(), &failure),
                }
                Next::Again
            }
            Step::Report(event) => {
                self.tell(&event);
                match event {
                    Event::Submitted(submission) => Next::Accepted(submission),
                    _ => Next::Again,
                }
            }
            Step::Wait(until) => {
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
