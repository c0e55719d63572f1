//! A machine on its way: who makes its calls, who hears of it, and what becomes of it if one of them panics.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use zoomout_core::{
    Error, ErrorKind, Event, Failure, Instant, Intent, Kind, LedgerError, Machine, Record, Step,
};

use crate::cancel::CancelToken;
use crate::carrier::Carrier;
use crate::clock::Clock;
use crate::contained::contained;
use crate::dispatcher::{Class, Next, Reception, Turn};
use crate::reception::reception;
use crate::transport::Context;

/// So long a clock that came back too early is left alone.
const BREATH: Duration = Duration::from_millis(10);

/// A machine on its way, turn by turn: on the thread of a caller, or on those of a dispatcher.
///
/// `X` makes its calls and keeps its records. Whatever panics on the way (a transport, a clock, a listener) ends this machine with an
/// error that is true about money, and nothing else.
pub(crate) struct Errand<M: Machine, X> {
    life: Life<M>,
    carrier: X,
    /// What the last turn had no permit for any more.
    pending: Option<Pending<M::Call>>,
    /// Whether the last turn made a call.
    called: bool,
    /// What has come of the call that is out: a clock that panics must not take it along.
    reply: Option<M::Reply>,
    clock: Arc<dyn Clock>,
    cancel: CancelToken,
    hear: Box<dyn FnMut(&Event) + Send>,
    /// The latest moment that the clock told.
    now: Instant,
    /// What is going on: whatever panics, it was this.
    doing: Doing,
}

/// What may go on once there is a permit.
enum Pending<C> {
    Claim(Intent),
    Call(C, Instant),
}

/// Makes the machine at its first turn, so that waiting for a place does not eat up its deadline.
pub(crate) type Begin<M> = Box<dyn FnMut(Instant) -> Result<M, Error> + Send>;

/// How far it is.
pub(crate) enum Life<M: Machine> {
    /// Its first call is of this kind.
    Waiting(Kind, Begin<M>),
    /// Its time runs.
    Going(M),
    Ended(Result<M::Output, Error>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Our own affair.
    Thinking,
    /// Asking the clock.
    Timing,
    /// Making a call.
    Calling,
    /// Having something written down.
    Recording,
    /// Telling the listener.
    Telling,
}

impl<M, X> Errand<M, X>
where
    M: Machine,
    X: Carrier<M>,
{
    pub(crate) fn new(
        life: Life<M>,
        carrier: X,
        clock: &Arc<dyn Clock>,
        cancel: &CancelToken,
        hear: Box<dyn FnMut(&Event) + Send>,
    ) -> Self {
        Self {
            life,
            carrier,
            pending: None,
            called: false,
            reply: None,
            clock: Arc::clone(clock),
            cancel: cancel.clone(),
            hear,
            now: Instant::ZERO,
            doing: Doing::Thinking,
        }
    }

    /// What the next turn needs a permit for.
    pub(crate) fn class(&self) -> Class {
        match &self.life {
            Life::Waiting(kind, _) => (*kind).into(),
            Life::Going(machine) => machine.next().into(),
            Life::Ended(_) => Class::End,
        }
    }

    /// When it ends at the latest, once it has begun.
    pub(crate) fn deadline(&self) -> Instant {
        match &self.life {
            Life::Going(machine) => machine.deadline(),
            Life::Waiting(..) | Life::Ended(_) => Instant::from_millis(u64::MAX),
        }
    }

    /// One turn, as a chore of a dispatcher or on the thread of a caller: at most one call, and whatever is to be
    /// told. `heard` learns what the call shows of the server, as soon as it is over and before anybody is told.
    pub(crate) fn turn(&mut self, class: Class, heard: &mut dyn FnMut(Reception)) -> Next {
        self.called = false;
        let next = contained(|| self.go_on(class, heard)).unwrap_or_else(|| self.give_up());
        if !self.called {
            heard(Reception::Unused);
        }
        next
    }

    /// Waits on this thread until then, or until somebody cancels. A clock that comes back too early is not asked
    /// again at once.
    pub(crate) fn rest(&mut self, until: Instant) {
        self.doing = Doing::Timing;
        let (clock, cancel) = (&self.clock, &self.cancel);
        let rested = contained(|| {
            while clock.now() < until && !cancel.is_cancelled() {
                clock.sleep_until(until, cancel);
                if clock.now() < until {
                    cancel.sleep(BREATH);
                }
            }
        });
        if rested.is_none() {
            self.give_up();
        }
    }

    /// How it ended.
    pub(crate) fn into_result(mut self) -> Result<M::Output, Error> {
        let result = loop {
            match self.life {
                Life::Ended(result) => break result,
                life => self.life = life,
            }
            self.give_up();
        };
        // What others gave us may panic when it is dropped.
        let Self { carrier, hear, pending, reply, clock, .. } = self;
        contained(move || drop((carrier, hear, pending, reply, clock)));
        result
    }

    fn go_on(&mut self, class: Class, heard: &mut dyn FnMut(Reception)) -> Next {
        let mut place = class.calls().then_some(class);
        let mut over = None;
        if class == Class::Adrift {
            self.set_adrift();
            return Next::Ended;
        }
        self.tick();
        self.begin();
        if class == Class::End || self.cancel.is_cancelled() {
            self.stop();
        } else if class == Class::Overdue || self.deadline() <= self.now {
            self.unsent("the time was up before it was sent");
        }
        loop {
            let Life::Going(machine) = &mut self.life else { return Next::Ended };
            let step = match self.pending.take() {
                Some(Pending::Call(call, by)) => Step::Send { call, by },
                Some(Pending::Claim(intent)) => Step::Claim(intent),
                None => machine.poll(self.now),
            };
            if let Some(called) = over
                && let Some(shown) = reception(called, &step, self.now)
            {
                over = None;
                heard(shown);
            }
            match step {
                Step::Claim(intent) if place.is_some() => self.claim(intent),
                Step::Claim(intent) => {
                    self.pending = Some(Pending::Claim(intent));
                    return self.again(self.now);
                }
                Step::Record(record) => self.record(&record),
                Step::Send { call, by } if place.is_some() => {
                    over = place.take();
                    self.call(call, by);
                }
                Step::Send { call, by } => {
                    self.pending = Some(Pending::Call(call, by));
                    return self.again(self.now);
                }
                Step::Report(event) => self.tell(&event),
                Step::Wait(until) => return self.again(until),
                Step::Done(result) => {
                    self.life = Life::Ended(result);
                    return Next::Ended;
                }
                // Every call is answered before the machine is asked again.
                Step::AwaitReply => return self.again(self.now),
            }
        }
    }

    fn again(&self, at: Instant) -> Next {
        Next::Again(Turn { class: self.class(), at, by: self.deadline() })
    }

    fn begin(&mut self) {
        if let Life::Waiting(_, begin) = &mut self.life {
            self.life = begin(self.now).map_or_else(|error| Life::Ended(Err(error)), Life::Going);
        }
    }

    fn call(&mut self, call: M::Call, by: Instant) {
        // Until the clock has answered, the call is not out.
        self.pending = Some(Pending::Call(call, by));
        self.doing = Doing::Timing;
        let context = Context::new(&self.cancel, self.clock.left(by));
        let Some(Pending::Call(call, _)) = self.pending.take() else { return };
        self.doing = Doing::Calling;
        self.called = true;
        self.reply = Some(self.carrier.call(call, &context));
        self.tick();
        self.hand_over();
    }

    /// Gives the machine the reply that has come.
    fn hand_over(&mut self) {
        if let (Some(reply), Life::Going(machine)) = (self.reply.take(), &mut self.life) {
            // Before the reply, so that a call that was cut off counts as stopped, not as failed.
            if self.cancel.is_cancelled() {
                machine.cancel();
            }
            machine.on(self.now, reply);
        }
    }

    /// Asks for leave to submit. A machine that is stopped meanwhile hears of that first.
    fn claim(&mut self, intent: Intent) {
        let intent = self.pending.insert(Pending::Claim(intent));
        let Pending::Claim(intent) = intent else { return };
        self.doing = Doing::Recording;
        let claim = self.carrier.claim(intent, &self.cancel);
        self.pending = None;
        self.tick();
        if let Life::Going(machine) = &mut self.life {
            if self.cancel.is_cancelled() {
                machine.cancel();
            }
            machine.claimed(self.now, claim);
        }
    }

    fn record(&mut self, record: &Record) {
        self.doing = Doing::Recording;
        let recorded = self.carrier.record(record);
        if let Err(error) = &recorded {
            log::warn!("{error}; not on record: {record:?}");
        }
        self.tick();
        if let Life::Going(machine) = &mut self.life {
            machine.recorded(self.now, recorded);
        }
    }

    fn tell(&mut self, event: &Event) {
        self.doing = Doing::Telling;
        (self.hear)(event);
        self.tick();
    }

    fn tick(&mut self) {
        self.doing = Doing::Timing;
        self.now = self.now.max(self.clock.now());
        self.doing = Doing::Thinking;
    }

    fn stop(&mut self) {
        if let Life::Going(machine) = &mut self.life {
            machine.cancel();
        }
        self.unsent("cancelled before it was sent");
    }

    /// What has no permit never leaves.
    fn unsent(&mut self, why: &str) {
        let Life::Going(machine) = &mut self.life else { return };
        match self.pending.take() {
            Some(Pending::Call(..)) => machine.on(self.now, Failure::not_sent(why).into()),
            Some(Pending::Claim(_)) => machine.claimed(self.now, Err(LedgerError::new(why))),
            None => {}
        }
    }

    /// Ends the machine because the clock panicked outside its own turns.
    pub(crate) fn set_adrift(&mut self) {
        self.doing = Doing::Timing;
        self.give_up();
    }

    /// Ends the machine where something of others panicked, without asking them for anything more. A call that
    /// was out may have arrived.
    fn give_up(&mut self) -> Next {
        let who = match self.doing {
            Doing::Calling => "the transport panicked",
            Doing::Telling => "the observer of its events panicked",
            Doing::Recording => "the ledger panicked",
            Doing::Timing => "the clock panicked",
            Doing::Thinking => "it was given up",
        };
        self.begin();
        self.hand_over();
        self.stop();
        let Life::Going(machine) = &mut self.life else { return Next::Ended };
        loop {
            match machine.poll(self.now) {
                Step::Done(result) => {
                    let blame = |error: Error| match error.kind() {
                        ErrorKind::Cancelled => error.with_note(who),
                        _ => error,
                    };
                    self.life = Life::Ended(result.map_err(blame));
                    return Next::Ended;
                }
                // Whichever of them is out: the others are nobody's reply.
                Step::AwaitReply => {
                    machine.on(self.now, Failure::unknown(who).into());
                    machine.claimed(self.now, Err(LedgerError::new(who)));
                    machine.recorded(self.now, Err(LedgerError::new(who)));
                }
                Step::Send { .. } => machine.on(self.now, Failure::not_sent(who).into()),
                Step::Claim(_) => machine.claimed(self.now, Err(LedgerError::new(who))),
                Step::Record(record) => {
                    let carrier = &mut self.carrier;
                    let recorded = contained(|| carrier.record(&record));
                    let recorded = recorded.unwrap_or_else(|| Err(LedgerError::new("the ledger panicked")));
                    machine.recorded(self.now, recorded);
                }
                Step::Report(event) => {
                    let hear = &mut self.hear;
                    contained(|| hear(&event));
                }
                Step::Wait(until) => self.now = until,
            }
        }
    }
}

impl<M: Machine, X> fmt::Debug for Errand<M, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Errand").field("now", &self.now).finish_non_exhaustive()
    }
}
