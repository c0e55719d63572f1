//! How many rows there are of each price, and what is already known of them.

use zoomout_core::{Action, BillingKey};

/// What a ledger knows of a row before it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing that was paid for: it is to be submitted.
    ToSubmit,
    /// It is paid for, and to be waited for; or somebody is submitting it.
    Accepted,
    /// It has ended: it is done, or failed and refunded.
    Ended,
    /// It may be paid for, and nobody knows: nothing is submitted until a person decides.
    Unconfirmed,
    /// It is the same job as an earlier row.
    Repeated,
}

/// How many rows there are of each price, by what is already known of them.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    submissions: Vec<(BillingKey, u64)>,
    accepted: u64,
    ended: u64,
    unconfirmed: u64,
    repeated: u64,
}

impl Tally {
    /// Counts one more row.
    pub fn add(&mut self, action: &Action, standing: Standing) {
        match standing {
            Standing::ToSubmit => *self.submissions_of(action.billing_key()) += 1,
            Standing::Accepted => self.accepted += 1,
            Standing::Ended => self.ended += 1,
            Standing::Unconfirmed => self.unconfirmed += 1,
            Standing::Repeated => self.repeated += 1,
        }
    }

    fn submissions_of(&mut self, billing_key: BillingKey) -> &mut u64 {
        let known = self.submissions.iter().position(|(known, _)| *known == billing_key);
        let place = known.unwrap_or_else(|| {
            self.submissions.push((billing_key, 0));
            self.submissions.len() - 1
        });
        // There are a handful of them, and this one is there.
        #[expect(clippy::indexing_slicing, reason = "found or added just before")]
        &mut self.submissions[place].1
    }

    /// How many are to be submitted, by what they are billed to.
    pub fn submissions(&self) -> &[(BillingKey, u64)] {
        &self.submissions
    }

    /// How many have this standing.
    pub fn count(&self, standing: Standing) -> u64 {
        match standing {
            Standing::ToSubmit => self.submissions.iter().map(|(_, count)| count).sum(),
            Standing::Accepted => self.accepted,
            Standing::Ended => self.ended,
            Standing::Unconfirmed => self.unconfirmed,
            Standing::Repeated => self.repeated,
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.count(Standing::ToSubmit) + self.accepted + self.ended + self.unconfirmed + self.repeated
    }
}
