//! Who does what a machine asks for: makes its calls, and keeps its records.

use std::sync::Arc;
use std::time::{Duration, Instant};

use zoomout_core::{Call, Claim, Intent, LedgerError, Machine, Record, Reply};

use crate::cancel::CancelToken;
use crate::line::Line;
use crate::submissions::Awaited;
use crate::transport::Context;

/// Who does what a machine asks for.
pub(crate) trait Carrier<M: Machine> {
    fn call(&mut self, call: M::Call, context: &Context) -> M::Reply;

    /// Whoever cancels the token stops what is claimed.
    fn claim(&mut self, intent: &Intent, cancel: &CancelToken) -> Result<Claim, LedgerError>;

    fn record(&mut self, record: &Record) -> Result<(), LedgerError>;
}

/// What asks the API goes over the line of its client, and into its ledger.
#[derive(Debug)]
pub(crate) struct Paid {
    line: Arc<Line>,
    /// A submission that is claimed, and of which nothing is written down yet.
    open: Option<Awaited>,
    /// Until when the claim is ours: by the clock of all who use the ledger, however fast ours runs.
    leased: Option<Instant>,
}

impl Paid {
    pub(crate) fn over(line: &Arc<Line>) -> Self {
        Self { line: Arc::clone(line), open: None, leased: None }
    }
}

impl<M: Machine<Call = Call, Reply = Reply>> Carrier<M> for Paid {
    fn call(&mut self, call: Call, context: &Context) -> Reply {
        let Self { line, open, leased } = self;
        if !call.costs_money() {
            *open = None;
            return line.exchange(call, context);
        }
        open.get_or_insert_with(|| Awaited::by(&line.submissions, &context.cancel));
        line.exchange(call, &context.no_later_than(leased.take()))
    }

    fn claim(&mut self, intent: &Intent, cancel: &CancelToken) -> Result<Claim, LedgerError> {
        let Line { books, api, clock, submissions, .. } = &*self.line;
        let asked = Instant::now();
        let open = Awaited::by(submissions, cancel);
        Ok(match books.claim(api, intent)? {
            Claim::New { lease } => {
                self.leased = asked.checked_add(lease);
                self.open = Some(open);
                Claim::New { lease: clock.passes(lease) }
            }
            Claim::Held { left } => Claim::Held { left: clock.passes(left) },
            claim => claim,
        })
    }

    fn record(&mut self, record: &Record) -> Result<(), LedgerError> {
        let recorded = self.line.books.record(&self.line.api, record);
        self.open = None;
        recorded
    }
}

/// What costs nothing needs no more than somebody who makes its calls.
pub(crate) struct Free<X>(pub(crate) X);

impl<M: Machine, X: FnMut(M::Call, &Context) -> M::Reply> Carrier<M> for Free<X> {
    fn call(&mut self, call: M::Call, context: &Context) -> M::Reply {
        (self.0)(call, context)
    }

    fn claim(&mut self, _: &Intent, _: &CancelToken) -> Result<Claim, LedgerError> {
        Ok(Claim::New { lease: Duration::MAX })
    }

    fn record(&mut self, _: &Record) -> Result<(), LedgerError> {
        Ok(())
    }
}
