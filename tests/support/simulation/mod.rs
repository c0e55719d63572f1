//! A long simulation: zooms in virtual time against modelled servers in bad weather. What each server
//! charged is known, so that every end can be held against the truth.

mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use zoomout_core::{
    Api, ApiKey, Billed, Call, Claim, Error, ErrorKind, Event, IdempotencyKey, Instant, Job, Machine, Policy,
    Resubmit, Step, TaskId, Zoom,
};

use server::{Reply, Server, task_id};

/// Who zooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Customer {
    /// Our job, this bold.
    Job(Resubmit),
    /// The vendor's sample code: the POST again after a network error or a 5xx, up to five times.
    VendorSample,
}

/// What many zooms came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How often each end occurred, and what it advises.
    pub ends: BTreeMap<(String, &'static str), u64>,
    /// Zooms.
    pub zooms: u64,
    /// Zooms that were charged more than once.
    pub double: u64,
    /// Charges that stand in all.
    pub standing: u64,
    /// Zooms that ended with a picture.
    pub pictures: u64,
    /// Zooms that were charged and of which the customer knows no task id, without being told that it may
    /// be so.
    pub lost: u64,
}

impl Tally {
    /// Adds another tally.
    pub fn add(&mut self, other: Self) {
        self.zooms += other.zooms;
        self.double += other.double;
        self.standing += other.standing;
        self.pictures += other.pictures;
        self.lost += other.lost;
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
    }
}

/// How a zoom ended, as its customer knows it.
struct End {
    result: Result<TaskId, Error>,
}

/// Runs the zooms of these seeds.
///
/// Under `Never` and `Safe` every end is held against the truth, and the first lie panics with its seed.
pub fn run(customer: Customer, seeds: std::ops::Range<u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let mut server = Server::new(seed);
        let end = match customer {
            Customer::Job(resubmit) => zoom(&mut server, resubmit, seed),
            Customer::VendorSample => sample(&mut server),
        };
        if matches!(customer, Customer::Job(Resubmit::Never | Resubmit::Safe)) {
            check(&server, &end, seed);
        }
        count(&mut tally, &server, &end);
    }
    tally
}

fn zoom(server: &mut Server, resubmit: Resubmit, seed: u64) -> End {
    let mut chance = Rng::with_seed(!seed);
    let policy = Policy::default().resubmit(resubmit);
    let mut now = Instant::from_millis(chance.u64(..1_000_000));
    let key = IdempotencyKey::from_bits(seed.into());
    let mut job = Job::submit(Zoom::by_ratio(parent(), None), key, policy, seed, now);
    let api = Api::new(ApiKey::new("sk-simulated").unwrap());
    // One in fifty loses patience at some point.
    let patience = if chance.u32(..50) == 0 { chance.u32(1..40) } else { u32::MAX };
    let mut submitted = None;
    for step in 0.. {
        if step == patience {
            job.cancel();
        }
        match job.poll(now) {
            Step::Send { call, .. } => {
                now = now + Duration::from_millis(chance.u64(20..3_000));
                let reply = match &call {
                    Call::Submit { .. } => server.submit(now),
                    Call::Task(id) | Call::MidjourneyTask(id) => server.look(number(id), now),
                    other => panic!("seed {seed}: {other:?}"),
                };
                now = now + Duration::from_millis(chance.u64(20..3_000));
                match reply {
                    Reply::Answer(answer) => job.on(now, api.answer(&answer).into()),
                    Reply::Failure(failure) => job.on(now, failure.into()),
                }
            }
            Step::Report(Event::Submitted(submission)) => submitted = Some(submission.task_id),
            Step::Report(_) => {}
            Step::Claim(_) => job.claimed(now, Ok(Claim::New { lease: Duration::MAX })),
            Step::Record(_) => job.recorded(now, Ok(())),
            Step::Wait(until) => now = until,
            Step::Done(result) => {
                let result = result.map(|task| task.task_id);
                let told = result.as_ref().ok().or_else(|| result.as_ref().err()?.task_id());
                assert_eq!(told, submitted.as_ref(), "seed {seed}: what was reported is in the end");
                return End { result };
            }
            Step::AwaitReply => panic!("seed {seed}: every call is answered at once"),
        }
    }
    unreachable!("the loop above returns")
}

/// The vendor's sample, as its guide words it.
fn sample(server: &mut Server) -> End {
    let mut now = Instant::ZERO;
    let mut last = "no try".to_owned();
    for _ in 0..5 {
        now = now + Duration::from_secs(4);
        last = match server.submit(now) {
            Reply::Answer(answer) if answer.body().contains("submitted") => {
                // Its looks are not our subject: it sees what it bought last.
                let last = server.charges() - 1;
                let id = TaskId::new(task_id(last)).unwrap();
                let failed = || Error::unsent(ErrorKind::TaskFailed, "failed").about(&id);
                return End { result: if server.has_picture(last) { Ok(id.clone()) } else { Err(failed()) } };
            }
            Reply::Answer(answer)
                if (400..500).contains(&answer.status().as_u16()) && answer.status() != 429 =>
            {
                last = format!("status {}", answer.status());
                break;
            }
            Reply::Answer(answer) => format!("status {}", answer.status()),
            Reply::Failure(failure) => failure.cause.clone(),
        };
    }
    End { result: Err(Error::unsent(ErrorKind::Transport, last)) }
}

/// What the customer is told must be so.
fn check(server: &Server, end: &End, seed: u64) {
    let (charges, standing) = (server.charges(), server.standing());
    assert!(charges <= 1, "seed {seed}: charged {charges} times");
    match &end.result {
        Ok(_) => assert_eq!(standing, 1, "seed {seed}: a picture for nothing"),
        Err(error) => {
            assert!(!error.next_step().is_empty(), "seed {seed}: {error:?}");
            match error.billed() {
                Billed::No => assert_eq!(standing, 0, "seed {seed}: a lie: {error:?}"),
                Billed::Yes => assert_eq!(charges, 1, "seed {seed}: a lie: {error:?}"),
                Billed::Maybe => {}
            }
        }
    }
    assert!(!is_lost(server, end), "seed {seed}: a task is lost: {:?}", end.result);
}

/// Charged, and the customer neither knows the task nor is told that there may be one.
fn is_lost(server: &Server, end: &End) -> bool {
    let known = match &end.result {
        Ok(_) => true,
        Err(error) => error.task_id().is_some() || error.billed() == Billed::Maybe,
    };
    server.charges() > 0 && !known
}

fn count(tally: &mut Tally, server: &Server, end: &End) {
    tally.zooms += 1;
    tally.double += u64::from(server.charges() > 1);
    tally.standing += u64::try_from(server.standing()).unwrap_or_default();
    tally.pictures += u64::from(end.result.is_ok());
    tally.lost += u64::from(is_lost(server, end));
    let (name, advice) = match &end.result {
        Ok(_) => ("done".to_owned(), ""),
        Err(error) => (format!("{}, billed {}", error.kind(), error.billed()), error.next_step()),
    };
    *tally.ends.entry((name, advice)).or_default() += 1;
}

fn parent() -> TaskId {
    TaskId::new("task_parent").unwrap()
}

fn number(id: &TaskId) -> usize {
    id.as_str().trim_start_matches("task_").parse().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_careful_never_pay_twice_and_the_careless_do() {
        for resubmit in [Resubmit::Never, Resubmit::Safe] {
            let tally = run(Customer::Job(resubmit), 0..4_000);
            assert_eq!((tally.double, tally.lost), (0, 0));
            assert!(tally.pictures > 3_000 && tally.ends.len() >= 8, "{tally:?}");
        }
        // The measure can tell: the same servers charge others twice.
        let eager = run(Customer::Job(Resubmit::Eager), 0..4_000);
        assert!(eager.double > 0);
        assert_eq!(eager.lost, 0, "the bold are told so, too");
        assert!(run(Customer::VendorSample, 0..4_000).double > 0);
    }
}
