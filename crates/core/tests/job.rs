//! What the job promises, whatever happens to it: random servers, random networks, random clocks.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use std::time::Duration;

use http::Response;
use proptest::collection::vec;
use proptest::prelude::*;
use zoomout_core::{
    Api, ApiKey, Billed, Call, Claim, Delivery, Error, ErrorKind, Event, Failure, IdempotencyKey, Instant,
    Job, LedgerError, Machine, Policy, Record, Resubmit, Step, Task, TaskId, Zoom,
};

const ACCEPTED: &str = r#"{"code":200,"data":[{"status":"submitted","task_id":"task_new"}]}"#;
const RUNNING: &str = r#"{"code":200,"data":{"id":"task_new","status":"processing","progress":40}}"#;
const DONE: &str = r#"{"code":200,"data":{"id":"task_new","status":"completed","result":{"images":[{"url":["https://h/0.png"]}]}}}"#;
const NOT_EXECUTED: &str = r#"{"error":{"code":"idempotency_unavailable","message":"not executed"}}"#;

/// What comes of a call.
#[derive(Clone, Debug)]
enum Reply {
    Answer(u16, Vec<u8>),
    Failure(Delivery),
}

impl Reply {
    /// Whether the table lets a submission that met this be sent again.
    fn allows_resubmission(&self) -> bool {
        match self {
            // A task that is named exists, whatever the status says.
            Self::Answer(..) if self.accepts() => false,
            Self::Answer(429, _) | Self::Failure(Delivery::NotSent) => true,
            Self::Answer(503, body) => body == NOT_EXECUTED.as_bytes(),
            _ => false,
        }
    }

    fn accepts(&self) -> bool {
        matches!(self, Self::Answer(_, body) if String::from_utf8_lossy(body).contains("task_new"))
    }
}

fn reply() -> impl Strategy<Value = Reply> {
    let body = prop_oneof![
        4 => prop::sample::select(vec![
            ACCEPTED, RUNNING, DONE, NOT_EXECUTED,
            r#"{"error":{"message":"no","type":"invalid_request_error","code":400}}"#,
            r#"{"code":200,"data":{"id":"task_new","status":"failed","error":{"message":"Task timeout"}}}"#,
            r#"{"code":200,"data":{"id":"task_new","status":"modal"}}"#,
            r#"{"code":200,"data":{"id":"task_new","status":"completed"}}"#,
            r#"{"code":200,"data":{"id":"task_new","status":"dreaming"}}"#,
            r#"{"code":4,"description":"no"}"#, "<html>502</html>", "", r#"{"code":200,"da"#,
        ]).prop_map(|body| body.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..64),
    ];
    let status = prop_oneof![
        4 => Just(200_u16),
        4 => prop::sample::select(vec![201, 302, 400, 401, 404, 408, 409, 422, 429, 500, 502, 503]),
        1 => 100_u16..600,
    ];
    prop_oneof![
        6 => (status, body).prop_map(|(status, body)| Reply::Answer(status, body)),
        1 => Just(Reply::Failure(Delivery::NotSent)),
        1 => Just(Reply::Failure(Delivery::Unknown)),
    ]
}

/// What a ledger does with a claim or a record.
#[derive(Clone, Copy, Debug)]
enum Ledger {
    /// A claim is granted for so long, in milliseconds; a record is written.
    Grants(u32),
    /// Somebody else holds the claim; a record is written.
    Waits,
    Fails,
}

impl Ledger {
    fn claim(self) -> Result<Claim, LedgerError> {
        match self {
            Self::Grants(lease) => Ok(Claim::New { lease: Duration::from_millis(lease.into()) }),
            Self::Waits => Ok(Claim::Held { left: Duration::from_secs(60) }),
            Self::Fails => Err(LedgerError::new("the disk is full")),
        }
    }

    fn record(self) -> Result<(), LedgerError> {
        match self {
            Self::Grants(_) | Self::Waits => Ok(()),
            Self::Fails => Err(LedgerError::new("the disk is full")),
        }
    }
}

/// One life of a job: what it met, and how it behaves towards its driver.
#[derive(Clone, Debug)]
struct Life {
    replies: Vec<Reply>,
    /// How late, in milliseconds, each step of the driver is.
    lateness: Vec<u32>,
    cancel_at: Option<usize>,
    ledger: Vec<Ledger>,
    known: bool,
    resubmit: Resubmit,
    deadline: u64,
    seed: u64,
}

fn life() -> impl Strategy<Value = Life> {
    (
        vec(reply(), 0..12),
        vec(prop_oneof![Just(0), 0_u32..20_000], 1..8),
        prop::option::weighted(0.2, 0_usize..20),
        vec(prop_oneof![6 => Just(Ledger::Grants(u32::MAX)), 1 => (1_u32..60_000).prop_map(Ledger::Grants), 1 => Just(Ledger::Waits), 1 => Just(Ledger::Fails)], 1..8),
        any::<bool>(),
        prop::sample::select(vec![Resubmit::Never, Resubmit::Safe]),
        prop_oneof![Just(0_u64), 1_u64..60_000, Just(1_800_000)],
        any::<u64>(),
    )
        .prop_map(|(replies, lateness, cancel_at, ledger, known, resubmit, deadline, seed)| Life {
            replies,
            lateness,
            cancel_at,
            ledger,
            known,
            resubmit,
            deadline,
            seed,
        })
}

/// What the driver saw.
#[derive(Debug)]
struct Story {
    result: Result<Task, Error>,
    submissions: Vec<Reply>,
    submitted: bool,
    /// Whether somebody else had the claim when it was last asked for.
    held: bool,
}

#[expect(clippy::too_many_lines, reason = "one loop, one arm for each step")]
fn live(life: &Life) -> Story {
    let policy = Policy::default().resubmit(life.resubmit).deadline(Duration::from_millis(life.deadline));
    let deadline = Instant::ZERO + policy.deadline;
    let api = Api::new(ApiKey::new("sk-test").unwrap());
    let task = TaskId::new("task_new").unwrap();
    let mut job = if life.known {
        Job::resume(task, policy, life.seed, Instant::ZERO)
    } else {
        Job::submit(
            Zoom::by_ratio(TaskId::new("task_parent").unwrap(), None),
            IdempotencyKey::from_bits(7),
            policy,
            life.seed,
            Instant::ZERO,
        )
    };
    let mut replies = life.replies.iter().cloned();
    let mut lateness = life.lateness.iter().cycle();
    let mut ledger = life.ledger.iter().copied().cycle();
    let mut granted = None;
    let mut held = false;
    let mut records = Vec::new();
    let mut now = Instant::ZERO;
    let mut last_look = None;
    let mut submissions = Vec::new();
    let mut submitted = false;
    for step in 0.. {
        assert!(step < 10_000, "the job must end");
        if life.cancel_at == Some(step) {
            job.cancel();
        }
        match job.poll(now) {
            Step::Send { call, by } => {
                if call.costs_money() {
                    let Some(until): Option<Instant> = granted.take() else {
                        panic!("sent before its claim is granted")
                    };
                    assert!(now < until, "nothing is sent once its claim has run out");
                    assert_eq!(by, deadline.min(until), "and nothing lasts longer");
                } else {
                    assert_eq!(by, deadline, "every call has the one time limit");
                }
                assert!(now < deadline, "nothing is sent at or after the deadline");
                assert_eq!(job.poll(now), Step::AwaitReply, "a driver that asks twice cannot buy twice");
                let fallback = if call.costs_money() { ACCEPTED } else { RUNNING };
                let reply =
                    replies.next().unwrap_or_else(|| Reply::Answer(200, fallback.as_bytes().to_vec()));
                if let Call::Submit { .. } = call {
                    submissions.push(reply.clone());
                } else {
                    let since = last_look.map(|last| now.saturating_since(last));
                    assert!(
                        since.is_none_or(|pause| pause >= Duration::from_secs(3)),
                        "looks too dense: {since:?}"
                    );
                    last_look = Some(now);
                }
                now = now + Duration::from_millis(u64::from(*lateness.next().unwrap()));
                match reply {
                    Reply::Answer(status, body) => {
                        let response = Response::builder().status(status).body(body.as_slice()).unwrap();
                        job.on(now, api.answer(&response).into());
                    }
                    Reply::Failure(delivery) => {
                        job.on(now, Failure { delivery, cause: "reset".into() }.into());
                    }
                }
                // Stray replies change nothing: the invariants below would notice.
                job.on(Instant::ZERO, Failure::not_sent("stray").into());
                job.on(Instant::ZERO, api.answer(&Response::new(ACCEPTED.as_bytes())).into());
            }
            Step::Claim(_) => {
                assert_eq!(job.poll(now), Step::AwaitReply, "a driver that asks twice claims once");
                let claim = ledger.next().unwrap().claim();
                held = matches!(claim, Ok(Claim::Held { .. }));
                if let Ok(Claim::New { lease }) = &claim {
                    granted = Some(now + *lease);
                }
                job.claimed(now, claim);
                job.claimed(now, Ok(Claim::New { lease: Duration::MAX }));
            }
            Step::Record(record) => {
                assert_eq!(job.poll(now), Step::AwaitReply, "a driver that asks twice records once");
                records.push(record);
                job.recorded(now, ledger.next().unwrap().record());
                job.recorded(now, Err(LedgerError::new("stray")));
            }
            Step::Report(event) => {
                if let Event::Submitted(submission) = &event {
                    let is_on_record = |record: &Record| matches!(record, Record::Accepted { task_id, .. } if *task_id == submission.task_id);
                    assert!(records.iter().any(is_on_record), "an id is on record before it is told");
                    submitted = true;
                }
                let is_stray =
                    matches!(&event, Event::Unrecorded(unrecorded) if unrecorded.problem == "stray");
                assert!(!is_stray, "what nobody asked for is not told");
            }
            Step::Wait(until) => {
                assert!(now < until && until <= deadline, "a wait lies ahead and never past the deadline");
                assert_eq!(job.poll(Instant::ZERO), Step::Wait(until), "time that goes back is harmless");
                now = until + Duration::from_millis(u64::from(*lateness.next().unwrap()));
            }
            Step::Done(result) => {
                assert_eq!(job.poll(now), Step::Done(result.clone()), "the end repeats itself");
                let is_end = |record: &Record| matches!(record, Record::Ended(outcome) if outcome.done);
                assert!(
                    result.is_err() || records.iter().any(is_end),
                    "a result is on record before it is handed out"
                );
                let open = |record: &&Record| {
                    matches!(
                        record,
                        Record::Released { .. } | Record::Unconfirmed { .. } | Record::Accepted { .. }
                    )
                };
                assert!(
                    submissions.is_empty() || records.iter().any(|record| open(&record)),
                    "what came of each claim is on record: {records:?}"
                );
                job.cancel();
                assert_eq!(job.poll(Instant::ZERO), Step::Done(result.clone()), "and is final");
                return Story { result, submissions, submitted, held };
            }
            Step::AwaitReply => panic!("every call is answered at once"),
        }
    }
    unreachable!("the loop above returns")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold(life in life()) {
        let story = live(&life);
        let accepted = story.submissions.iter().any(Reply::accepts);

        if life.known {
            prop_assert!(story.submissions.is_empty(), "a known task is never bought again");
        }
        if life.resubmit == Resubmit::Never {
            prop_assert!(story.submissions.len() <= 1);
        }
        for (reply, _) in story.submissions.iter().zip(story.submissions.iter().skip(1)) {
            prop_assert!(reply.allows_resubmission(), "sent again after {:?}", reply);
        }

        if accepted {
            prop_assert!(story.submitted, "an accepted submission is reported");
            let task_id = match &story.result { Ok(task) => Some(&task.task_id), Err(error) => error.task_id() };
            prop_assert!(task_id.is_some(), "what was paid for is not lost: {:?}", story.result);
        }
        let Err(error) = &story.result else { return Ok(()) };
        prop_assert!(!error.next_step().is_empty());
        if !life.known {
            prop_assert_eq!(error.task_id().is_some(), story.submitted, "Submitted comes before any error about the task");
        }
        match error.kind() {
            ErrorKind::TaskFailed => prop_assert!(error.task_id().is_some()),
            _ if accepted => prop_assert_eq!(error.billed(), Billed::Yes),
            ErrorKind::Unconfirmed => prop_assert_eq!(error.billed(), Billed::Maybe),
            _ => {}
        }
        let doubtful = story.submissions.last().is_some_and(|reply| matches!(reply, Reply::Failure(Delivery::Unknown)));
        if doubtful {
            prop_assert_eq!(error.billed(), Billed::Maybe, "{:?}", error);
        }
        let harmless = story.submissions.iter().all(Reply::allows_resubmission);
        if harmless && !life.known && !story.held {
            prop_assert_eq!(error.billed(), Billed::No, "{:?}", error);
        }
    }

    #[test]
    fn equal_input_gives_equal_output(life in life()) {
        prop_assert_eq!(live(&life).result, live(&life).result);
    }
}
