//! The scheduler in virtual time: thousands of jobs in milliseconds, the same at every run.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Response;
use zoomout_core::{
    Api, ApiKey, Call, IdempotencyKey, Instant, Job, Kind, Policy, Reply, Task, TaskId, Zoom,
};

use super::chore::{Class, Next, Reception};
use super::limits::Limits;
use super::scheduler::{Id, Scheduler};
use crate::cancel::CancelToken;
use crate::carrier::Free;
use crate::clock::Clock;
use crate::errand::{Errand, Life};
use crate::testing::JumpingClock;
use crate::transport::Context;

/// How long each answer takes.
const LATENCY: Duration = Duration::from_millis(150);
/// How long each task takes.
const PAINTING: Duration = Duration::from_secs(40);

/// What the server does with a submission at this moment: accept it, or refuse it with this `Retry-After`.
type Gate = Box<dyn FnMut(Instant) -> Option<u64> + Send>;

/// A server and a network, all of them numbers.
struct Model {
    api: Api,
    clock: Arc<JumpingClock>,
    gate: Gate,
    /// The parent and the moment of each accepted submission; the task's id is its place.
    accepted: Vec<(String, Instant)>,
    submissions: Vec<Instant>,
    looks: Vec<Instant>,
}

impl Model {
    fn exchange(&mut self, call: &Call) -> Reply {
        let now = self.clock.now();
        let (status, patience, body) = match call {
            Call::Submit { action, .. } => {
                self.submissions.push(now);
                if let Some(seconds) = (self.gate)(now) {
                    (429, seconds, String::new())
                } else {
                    let parent = String::from_utf8(action.body()).unwrap();
                    self.accepted.push((parent, now));
                    let id = self.accepted.len() - 1;
                    (200, 0, format!(r#"{{"data":[{{"status":"submitted","task_id":"{id}"}}]}}"#))
                }
            }
            Call::Task(id) => {
                self.looks.push(now);
                let (_, since) = self.accepted[id.as_str().parse::<usize>().unwrap()];
                let status = if now - since >= PAINTING { "completed" } else { "processing" };
                let body = format!(
                    r#"{{"data":{{"id":"{id}","status":"{status}","result":{{"url":"https://h/0.png"}}}}}}"#
                );
                (200, 0, body)
            }
            other => panic!("{other:?}"),
        };
        let response = Response::builder().status(status).header("retry-after", patience);
        self.api.answer(&response.body(body).unwrap()).into()
    }
}

type Ends = Arc<Mutex<BTreeMap<usize, Result<Task, zoomout_core::Error>>>>;
type Exchange = Box<dyn FnMut(Call, &Context) -> Reply>;

/// A zoom under way, and its number.
type Zooming = (usize, Errand<Job, Free<Exchange>>);

struct Simulation {
    model: Arc<Mutex<Model>>,
    clock: Arc<JumpingClock>,
    scheduler: Scheduler<Box<Zooming>>,
    ends: Ends,
    most: (usize, usize),
}

impl Simulation {
    fn new(limits: Limits, gate: impl FnMut(Instant) -> Option<u64> + Send + 'static) -> Self {
        let clock = Arc::new(JumpingClock::new());
        let model = Arc::new(Mutex::new(Model {
            api: Api::new(ApiKey::new("sk-modelled").unwrap()),
            clock: Arc::clone(&clock),
            gate: Box::new(gate),
            accepted: Vec::new(),
            submissions: Vec::new(),
            looks: Vec::new(),
        }));
        Self { model, clock, scheduler: Scheduler::new(limits), ends: Ends::default(), most: (0, 0) }
    }

    fn spawn(&mut self, number: usize) -> Id {
        let begin = move |now| {
            let zoom = Zoom::by_ratio(TaskId::new(format!("parent_{number}"))?, None);
            let seed = u64::try_from(number).unwrap_or_default();
            Ok(Job::submit(zoom, IdempotencyKey::from_bits(seed.into()), Policy::default(), seed, now))
        };
        let life = Life::Waiting(Kind::Submission, Box::new(begin));
        let model = Arc::clone(&self.model);
        let carrier: Free<Exchange> = Free(Box::new(move |call, _| model.lock().unwrap().exchange(&call)));
        let clock: Arc<dyn Clock> = Arc::<JumpingClock>::clone(&self.clock);
        let errand = Errand::new(life, carrier, &clock, &CancelToken::new(), Box::new(|_| {}));
        let id = self.scheduler.reserve();
        self.scheduler.add(id, errand.class(), Box::new((number, errand)));
        id
    }

    fn model(&self) -> std::sync::MutexGuard<'_, Model> {
        self.model.lock().unwrap()
    }

    fn spawn_all(&mut self, count: usize) {
        for number in 0..count {
            self.spawn(number);
        }
    }

    /// Lets the time pass until everybody has ended.
    fn run(&mut self) {
        let mut out: BinaryHeap<Reverse<(Instant, Id)>> = BinaryHeap::new();
        let mut turns: BTreeMap<Id, (Box<Zooming>, Next, Reception)> = BTreeMap::new();
        let mut flying = BTreeMap::<Id, Class>::new();
        loop {
            let now = self.clock.now();
            while let Some((id, class, mut zooming)) = self.scheduler.take(now) {
                let mut reception = Reception::Other;
                let next = zooming.1.turn(class, &mut |heard| reception = heard);
                out.push(Reverse((now + LATENCY, id)));
                turns.insert(id, (zooming, next, reception));
                flying.insert(id, class);
                let submitting = flying.values().filter(|class| **class == Class::Submission).count();
                self.most = (self.most.0.max(flying.len()), self.most.1.max(submitting));
            }
            let landing = out.peek().map(|Reverse((at, _))| *at);
            let Some(next) = landing.into_iter().chain(self.scheduler.next_at(now)).min() else { return };
            assert!(next > now, "time stands still");
            self.clock.advance(next - now);
            while out.peek().is_some_and(|Reverse((at, _))| *at <= next) {
                let Reverse((_, id)) = out.pop().unwrap();
                let class = flying.remove(&id).unwrap();
                let (zooming, turn, reception) = turns.remove(&id).unwrap();
                self.scheduler.gate.come_back(class, reception, next);
                match turn {
                    Next::Again(turn) => self.scheduler.give_back(id, zooming, turn),
                    Next::Ended => {
                        self.scheduler.forget(id);
                        let (number, errand) = *zooming;
                        self.ends.lock().unwrap().insert(number, errand.into_result());
                    }
                }
            }
        }
    }

    fn done(&self) -> usize {
        self.ends.lock().unwrap().values().filter(|result| result.is_ok()).count()
    }
}

fn limits(requests: usize, submissions: usize, submits_per_minute: Option<u32>) -> Limits {
    let number = |number| NonZeroUsize::new(number).unwrap();
    Limits {
        requests: number(requests),
        submissions: number(submissions),
        submits_per_minute,
        ..Limits::default()
    }
}

#[test]
fn thousands_are_submitted_once_each_in_order_and_within_the_bounds() {
    let mut simulation = Simulation::new(limits(64, 10, None), |_| None);
    simulation.spawn_all(5_000);
    simulation.run();
    assert_eq!(simulation.done(), 5_000);
    assert_eq!(simulation.most, (64, 10));
    let parents: Vec<String> = simulation.model().accepted.iter().map(|(parent, _)| parent.clone()).collect();
    let expected: Vec<String> = (0..5_000).map(|n| format!(r#"{{"task_id":"parent_{n}"}}"#)).collect();
    assert_eq!(parents, expected, "first come, first served, and each once");
}

#[test]
fn a_limit_per_minute_holds_in_every_minute() {
    let mut simulation = Simulation::new(limits(64, 10, Some(60)), |_| None);
    simulation.spawn_all(300);
    simulation.run();
    assert_eq!(simulation.done(), 300, "time in the queue does not eat up the deadline");
    let submissions = simulation.model().submissions.clone();
    assert!(
        submissions
            .windows(61)
            .all(|window| window[60].saturating_since(window[0]) >= Duration::from_secs(60))
    );
    assert!(submissions[299] < Instant::from_millis(5 * 60_000), "nor is it slower than it must be");
}

#[test]
fn neither_looks_nor_submissions_starve() {
    // One request at a time, and far more to do than that allows.
    let mut simulation = Simulation::new(limits(1, 1, None), |_| None);
    simulation.spawn_all(400);
    simulation.run();
    assert_eq!((simulation.done(), simulation.most), (400, (1, 1)));
    let first_look = simulation.model().looks[0];
    let submissions = simulation.model().submissions.clone();
    assert!(first_look < submissions[399], "a look was not kept waiting for all submissions");
    let during: Vec<_> = submissions.iter().filter(|at| **at > first_look).collect();
    assert!(during.len() > 100, "nor the submissions for all looks: {}", during.len());
}

#[test]
fn a_storm_of_429_slows_all_down_loses_nothing_and_passes() {
    // For two minutes the server takes one in two seconds; then as many as come.
    let mut last = Instant::ZERO;
    let storm = Instant::from_millis(120_000);
    let gate = move |now: Instant| {
        let busy = now < storm && now.saturating_since(last) < Duration::from_secs(2) && last > Instant::ZERO;
        if !busy {
            last = now;
        }
        busy.then_some(5)
    };
    let mut simulation = Simulation::new(limits(64, 10, None), gate);
    simulation.spawn_all(500);
    simulation.run();
    assert_eq!(simulation.done(), 500);
    assert_eq!(simulation.model().accepted.len(), 500, "nobody is submitted twice");
    let submissions = simulation.model().submissions.clone();
    let during = submissions.iter().filter(|at| **at < storm).count();
    let after = submissions.iter().filter(|at| (storm..storm + Duration::from_secs(60)).contains(at)).count();
    assert!(during < 150, "the rate falls: {during} in two minutes");
    assert!(after > 300, "and recovers: {after} in the minute after");
}

#[test]
fn whoever_is_called_to_its_end_goes_first_and_needs_no_permit() {
    let mut simulation = Simulation::new(limits(1, 1, None), |_| None);
    let ids: Vec<Id> = (0..10).map(|number| simulation.spawn(number)).collect();
    for id in &ids[5..] {
        simulation.scheduler.call_to_end(*id);
    }
    let (first, class, _) = simulation.scheduler.take(Instant::ZERO).unwrap();
    assert_eq!((first, class), (ids[5], Class::End));
    simulation.scheduler.forget(first);
    simulation.run();
    let ends = simulation.ends.lock().unwrap();
    assert_eq!(simulation.model().accepted.len(), 5, "who ends before its turn costs nothing");
    assert_eq!(ends.values().filter(|result| result.is_err()).count(), 4);
}
