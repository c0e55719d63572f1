//! The emulated API as a value: a request and a moment go in, an answer comes out.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, UNIX_EPOCH};

use fastrand::Rng;
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::bill::{Bill, BillLine};
use crate::fault::{Fault, Faults, Script, Target};
use crate::price;
use crate::query;
use crate::refusal::Refusal;
use crate::reply::{self, Body, Reply, Wire};
use crate::route::Route;
use crate::seed;
use crate::seen::{Requests, Seen};
use crate::settings::Settings;
use crate::submit;
use crate::task::{Action, Ending, Owner, Stage, Task};
use crate::time::Millis;

/// The key that the emulator accepts. It opens nothing else.
pub const KEY: &str = "sk-emulator";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-oneapi-request-id");
const MINUTE: Duration = Duration::from_secs(60);

/// The whole emulated API, without a socket or a clock.
#[derive(Debug)]
pub struct Emulator {
    origin: String,
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) ahead: Duration,
    rng: Rng,
    tasks: HashMap<String, Task>,
    lines: Vec<BillLine>,
    submits: VecDeque<Millis>,
    requests: Requests,
}

impl Emulator {
    /// An API that starts at this moment; its links to pictures begin with `origin`.
    pub fn new(origin: impl Into<String>, start: Millis) -> Self {
        Self {
            origin: origin.into(),
            settings: Settings::default(),
            faults: Faults::new(Script::default()),
            ahead: Duration::ZERO,
            rng: Rng::with_seed(1),
            tasks: seed::tasks(start).into_iter().map(|task| (task.id.clone(), task)).collect(),
            lines: Vec::new(),
            submits: VecDeque::new(),
            requests: Requests::default(),
        }
    }

    /// Starts anew: seeded tasks only, no bill, no faults, default settings.
    pub fn reset(&mut self, clock: Millis) {
        *self = Self::new(std::mem::take(&mut self.origin), clock);
    }

    /// Replaces the faults to come.
    pub fn inject(&mut self, script: Script) {
        self.faults = Faults::new(script);
    }

    /// Replaces the settings.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Lets time jump.
    pub fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }

    /// The bill at a moment of the clock.
    pub fn bill(&self, clock: Millis) -> Bill {
        let now = self.now(clock);
        let refunded = |id: &str| self.tasks.get(id).is_some_and(|task| task.stage(now).is_refunded());
        let lines =
            self.lines.iter().map(|line| BillLine { refunded: refunded(&line.task_id), ..line.clone() });
        Bill::new(lines.collect())
    }

    /// The requests that arrived last, those to `/emulator/` left out.
    pub fn requests(&self) -> Vec<Seen> {
        self.requests.list()
    }

    /// What happens to a connection that was just made.
    pub fn on_connection(&mut self) -> Wire {
        self.faults.strike(Target::Connection).map_or(Wire::Whole, |fault| fault.wire())
    }

    /// Answers a request that arrives at a moment of the clock.
    pub fn handle(&mut self, request: &Request<Vec<u8>>, clock: Millis) -> Reply {
        let now = self.now(clock);
        let route = Route::of(request.method(), request.uri().path());
        let request_id = crate::id::request(&mut self.rng, now.seconds());
        let mut reply = if let Route::Control(control) = &route {
            Reply::whole(self.control(*control, request, clock))
        } else {
            self.requests.note(request, now);
            let fault = route.target().and_then(|target| self.faults.strike(target));
            self.under(fault.as_ref(), &route, request, now, &request_id)
        };
        let headers = reply.response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert(REQUEST_ID, id);
        }
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now.seconds()));
        if let Ok(date) = HeaderValue::from_str(&date) {
            headers.entry(DATE).or_insert(date);
        }
        reply
    }

    pub(crate) fn now(&self, clock: Millis) -> Millis {
        clock.after(self.ahead)
    }

    fn under(
        &mut self,
        fault: Option<&Fault>,
        route: &Route<'_>,
        request: &Request<Vec<u8>>,
        now: Millis,
        request_id: &str,
    ) -> Reply {
        let response = if fault.is_none_or(Fault::executes) {
            let answer = self.answer(route, request, now, fault);
            answer.unwrap_or_else(|refusal| refused(&refusal, request_id))
        } else {
            Response::new(Body::Bytes(Vec::new()))
        };
        let response = fault.and_then(|fault| fault.answer(now, request_id)).unwrap_or(response);
        Reply { response, wire: fault.map_or(Wire::Whole, Fault::wire) }
    }

    fn answer(
        &mut self,
        route: &Route<'_>,
        request: &Request<Vec<u8>>,
        now: Millis,
        fault: Option<&Fault>,
    ) -> Result<Response<Body>, Refusal> {
        if !matches!(route, Route::File(_)) {
            authorize(request)?;
        }
        let mut answer = match route {
            Route::Submit(action) => self.submit(*action, request, now, fault.map(Fault::ending))?,
            Route::Task(id) => query::unified(self.own(id, now)?, now, &self.origin),
            Route::MidjourneyTask(id) => query::midjourney(self.own(id, now)?, now, &self.origin),
            Route::File(name) => return Ok(self.file(name, now)),
            Route::WrongMethod => return Err(Refusal::wrong_method()),
            Route::Control(_) | Route::Unknown => return Err(Refusal::no_such_route()),
        };
        if let Some(fault) = fault {
            fault.alter(&mut answer);
        }
        Ok(reply::json(StatusCode::OK, &answer))
    }

    fn submit(
        &mut self,
        action: Action,
        request: &Request<Vec<u8>>,
        now: Millis,
        ending: Option<Ending>,
    ) -> Result<Value, Refusal> {
        self.admit(now)?;
        let is_json = |value: &HeaderValue| value.as_bytes().starts_with(b"application/json");
        if !request.headers().get(CONTENT_TYPE).is_some_and(is_json) {
            return Err(Refusal::invalid("Content-Type must be application/json"));
        }
        let body = submit::Body::read(action, request.body())?;
        let parent_id = body.parent_id(action)?;
        let parent = self.tasks.get(parent_id).filter(|task| !task.is_forgotten(now));
        let parent = parent.ok_or_else(|| Refusal::no_such_parent(parent_id))?;
        let order = body.order(action, parent, now, self.settings)?;
        let speed = body.speed.unwrap_or_default();
        let task = Task {
            id: crate::id::task(&mut self.rng),
            action,
            owner: Owner::Caller,
            created: now,
            duration: order.duration,
            ending: ending.unwrap_or_default(),
            content: order.content,
            cost: price::of(speed),
        };
        let idempotency_key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        self.lines.push(BillLine {
            task_id: task.id.clone(),
            billing_key: format!("midjourney@{}{}", action.lower(), speed.suffix()),
            usd: task.cost,
            refunded: false,
            metadata: body.metadata.map(Value::Object),
            idempotency_key: idempotency_key.map(str::to_owned),
        });
        let answer = json!({ "code": 200, "data": [{ "status": "submitted", "task_id": task.id }] });
        self.tasks.insert(task.id.clone(), task);
        Ok(answer)
    }

    /// Lets a submission through, or says when to come again.
    fn admit(&mut self, now: Millis) -> Result<(), Refusal> {
        while self.submits.front().is_some_and(|at| now.since(*at) >= MINUTE) {
            self.submits.pop_front();
        }
        let limit = self
            .settings
            .submits_per_minute
            .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        if self.submits.len() >= limit {
            let wait = self.submits.front().map_or(MINUTE, |at| MINUTE.saturating_sub(now.since(*at)));
            return Err(Refusal::too_many(Some(wait.as_secs().saturating_add(1))));
        }
        self.submits.push_back(now);
        Ok(())
    }

    /// The caller's own task.
    fn own(&self, id: &str, now: Millis) -> Result<&Task, Refusal> {
        let task =
            self.tasks.get(id).filter(|task| !task.is_forgotten(now)).ok_or_else(Refusal::no_such_task)?;
        if task.owner == Owner::SomebodyElse { Err(Refusal::foreign()) } else { Ok(task) }
    }

    /// A picture, as an object store would serve it: no key, no JSON, 403 for what is not or no longer there.
    fn file(&self, name: &str, now: Millis) -> Response<Body> {
        let picture = query::file_parts(name).and_then(|(id, part)| {
            let task = self.tasks.get(id)?;
            match task.stage(now) {
                Stage::Success { at } if now < Task::links_end(at) => match part {
                    "grid" => task.content.grid(),
                    number => task.content.pictures().get(number.parse::<usize>().ok()?).cloned(),
                },
                _ => None,
            }
        });
        match picture {
            Some(picture) => reply::picture(picture),
            None => reply::bytes(StatusCode::FORBIDDEN, "text/html", b"<h1>403 Forbidden</h1>\n".to_vec()),
        }
    }
}

fn authorize(request: &Request<Vec<u8>>) -> Result<(), Refusal> {
    let authorization = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = authorization.and_then(|value| value.strip_prefix("Bearer "));
    if key == Some(KEY) { Ok(()) } else { Err(Refusal::unauthorized()) }
}

fn refused(refusal: &Refusal, request_id: &str) -> Response<Body> {
    let mut response = reply::json(refusal.status, &refusal.body(request_id));
    if let Some(seconds) = refusal.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
