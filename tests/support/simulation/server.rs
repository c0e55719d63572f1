//! A modelled server with bad weather around it: it knows what it charged, whoever hears of it.

use std::time::Duration;

use fastrand::Rng;
use http::Response;
use http::header::RETRY_AFTER;
use zoomout_core::{Delivery, Failure, Instant};

/// The server's own limit.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// What comes of a call.
#[derive(Debug)]
pub(super) enum Reply {
    /// An answer, whatever it says.
    Answer(Response<String>),
    /// None.
    Failure(Failure),
}

/// How a task ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Picture,
    Fails,
    Cancelled,
    TimesOut,
    Modal,
    /// Called finished a while before its picture is listed.
    LatePicture,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    created: Instant,
    duration: Duration,
    fate: Fate,
}

/// The server of one zoom.
#[derive(Debug)]
pub(super) struct Server {
    rng: Rng,
    /// How likely any call meets trouble.
    trouble: f64,
    tasks: Vec<Task>,
    /// How many submissions arrived.
    pub(super) posts: u32,
}

impl Server {
    /// The server and the weather of this seed.
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        // Most have a good day, some a bad one, a few have nothing but trouble.
        let trouble = match rng.u32(..100) {
            0..70 => 0.02,
            70..95 => 0.2,
            _ => 0.7,
        };
        Self { rng, trouble, tasks: Vec::new(), posts: 0 }
    }

    /// How many submissions were accepted, and charged.
    pub(super) fn charges(&self) -> usize {
        self.tasks.len()
    }

    /// How many charges stand once everything has come to its end.
    pub(super) fn standing(&self) -> usize {
        (0..self.tasks.len()).filter(|number| self.has_picture(*number)).count()
    }

    /// Whether the task of this number ends with a picture.
    pub(super) fn has_picture(&self, number: usize) -> bool {
        self.tasks.get(number).is_some_and(|task| matches!(task.fate, Fate::Picture | Fate::LatePicture))
    }

    /// A submission. Whether the job exists afterwards does not depend on what its sender hears.
    pub(super) fn submit(&mut self, now: Instant) -> Reply {
        if !self.is_trouble() {
            return self.accept(now);
        }
        let lot = self.rng.u32(..20);
        if lot < 5 {
            return Reply::Failure(Failure::not_sent("connection refused"));
        }
        self.posts += 1;
        match lot {
            5 | 6 => answer(429, r#"{"error":{"code":429,"message":"slow down","type":"rate_limit_error"}}"#),
            7 => patience(self.rng.u64(1..30)),
            8 => answer(503, r#"{"error":{"code":"idempotency_unavailable","message":"not executed"}}"#),
            9 => answer(
                402,
                r#"{"error":{"code":402,"message":"insufficient balance","type":"payment_required"}}"#,
            ),
            10 => answer(
                500,
                r#"{"error":{"code":500,"message":"build_request_failed: x","type":"server_error"}}"#,
            ),
            lot => {
                // From here on nobody but the server knows whether the job exists.
                if self.rng.bool() {
                    self.create(now);
                }
                match lot {
                    11..=13 => Reply::Failure(Failure { delivery: Delivery::Unknown, cause: "reset".into() }),
                    14 => answer(500, r#"{"error":{"code":500,"message":"internal","type":"server_error"}}"#),
                    15 => {
                        answer(503, r#"{"error":{"code":503,"message":"away","type":"service_unavailable"}}"#)
                    }
                    16 => answer(502, r#"{"code":9,"description":"FAILURE"}"#),
                    17 => answer(504, "<html>Gateway timeout</html>"),
                    18 => answer(200, r#"{"code":200,"data":[{"sta"#),
                    _ => answer(408, ""),
                }
            }
        }
    }

    /// A look at the task of this number.
    pub(super) fn look(&mut self, number: usize, now: Instant) -> Reply {
        if self.is_trouble() {
            return self.troubled_look();
        }
        let Some(task) = self.tasks.get(number).copied() else {
            return answer(404, r#"{"code":404,"message":"not found"}"#);
        };
        let age = now.saturating_since(task.created);
        // A fresh task may not have arrived at the query yet.
        if age < Duration::from_secs(10) && self.rng.u32(..50) == 0 {
            return answer(404, r#"{"code":404,"message":"not found"}"#);
        }
        let done = age >= task.duration;
        let data = match task.fate {
            Fate::Fails if done => {
                r#""status":"failed","error":{"message":"Banned prompt detected"}"#.to_owned()
            }
            Fate::Cancelled if done => r#""status":"cancelled""#.to_owned(),
            Fate::TimesOut if age >= TIMEOUT => {
                r#""status":"failed","error":{"message":"Task timeout"}"#.to_owned()
            }
            Fate::Modal if done => r#""status":"modal","progress":15"#.to_owned(),
            Fate::LatePicture if done && age < task.duration + Duration::from_secs(6) => {
                r#""status":"completed","progress":100"#.to_owned()
            }
            Fate::Picture | Fate::LatePicture if done => {
                format!(
                    r#""status":"completed","progress":100,"result":{{"images":[{{"url":["https://h/{number}.png"]}}]}}"#
                )
            }
            _ => format!(r#""status":"processing","progress":{},"estimated_time":60"#, self.rng.u32(..100)),
        };
        answer(200, &format!(r#"{{"code":200,"data":{{"id":"{}",{data}}}}}"#, task_id(number)))
    }

    fn troubled_look(&mut self) -> Reply {
        match self.rng.u32(..7) {
            0 => Reply::Failure(Failure::not_sent("connection refused")),
            1 => Reply::Failure(Failure::unknown("connection reset")),
            2 => answer(500, r#"{"error":{"code":500,"message":"internal","type":"server_error"}}"#),
            3 => answer(502, "<html>Bad gateway</html>"),
            4 => patience(self.rng.u64(1..20)),
            5 => answer(200, "\u{1}garbage"),
            _ => answer(200, r#"{"code":200,"data":{"status":"dreaming"}}"#),
        }
    }

    fn accept(&mut self, now: Instant) -> Reply {
        self.posts += 1;
        let number = self.create(now);
        answer(
            200,
            &format!(r#"{{"code":200,"data":[{{"status":"submitted","task_id":"{}"}}]}}"#, task_id(number)),
        )
    }

    fn create(&mut self, now: Instant) -> usize {
        let fate = match self.rng.u32(..1000) {
            0..20 => Fate::Fails,
            20..25 => Fate::Cancelled,
            25..30 => Fate::TimesOut,
            30..33 => Fate::Modal,
            33..60 => Fate::LatePicture,
            _ => Fate::Picture,
        };
        self.tasks.push(Task { created: now, duration: Duration::from_secs(self.rng.u64(15..90)), fate });
        self.tasks.len() - 1
    }

    fn is_trouble(&mut self) -> bool {
        self.rng.f64() < self.trouble
    }
}

/// The id of the task of this number.
pub(super) fn task_id(number: usize) -> String {
    format!("task_{number}")
}

fn answer(status: u16, body: &str) -> Reply {
    Reply::Answer(Response::builder().status(status).body(body.to_owned()).unwrap())
}

fn patience(seconds: u64) -> Reply {
    Reply::Answer(Response::builder().status(429).header(RETRY_AFTER, seconds).body(String::new()).unwrap())
}
