//! Ceilings that no run passes.

use std::fmt;

use crate::usd::Usd;

/// What one run may spend at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ceilings {
    /// So much money.
    pub max_cost: Option<Usd>,
    /// So many submissions.
    pub max_submissions: Option<u64>,
}

/// What a run has spent, and may still be charged for: it is asked before each submission, and says no where that
/// one could pass a ceiling.
///
/// ```
/// use zoomout_batch::{Budget, Ceilings};
///
/// let price = Some("0.10".parse()?);
/// let mut budget = Budget::new(Ceilings { max_cost: Some("0.25".parse()?), max_submissions: None });
/// budget.ask(price)?;
/// budget.ask(price)?;
/// assert!(budget.ask(price).is_err());
/// budget.give_back(price); // it was refused, and not billed
/// budget.ask(price)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Budget {
    ceilings: Ceilings,
    submissions: u64,
    cost: Usd,
}

/// Which ceiling would be passed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverCeiling {
    /// That of the cost.
    Cost {
        /// What it would be.
        would_be: Usd,
        /// What is allowed.
        max: Usd,
    },
    /// That of the submissions.
    Submissions {
        /// How many there would be.
        would_be: u64,
        /// How many are allowed.
        max: u64,
    },
    /// That of the cost, for all that is known: a price is missing.
    Unknown {
        /// What the submission is billed to.
        billing_key: Option<String>,
    },
}

impl Budget {
    /// Nothing is spent yet.
    pub const fn new(ceilings: Ceilings) -> Self {
        Self { ceilings, submissions: 0, cost: Usd::ZERO }
    }

    /// Takes what one submission may cost out of the budget.
    ///
    /// # Errors
    /// [`OverCeiling`] where it could pass a ceiling: then it must not be sent, and nothing was taken.
    pub fn ask(&mut self, price: Option<Usd>) -> Result<(), OverCeiling> {
        let submissions = self.submissions.saturating_add(1);
        if let Some(max) = self.ceilings.max_submissions.filter(|max| submissions > *max) {
            return Err(OverCeiling::Submissions { would_be: submissions, max });
        }
        let cost = self.cost.plus(price.unwrap_or_default());
        if let Some(max) = self.ceilings.max_cost {
            if price.is_none() {
                return Err(OverCeiling::Unknown { billing_key: None });
            }
            if cost > max {
                return Err(OverCeiling::Cost { would_be: cost, max });
            }
        }
        (self.submissions, self.cost) = (submissions, cost);
        Ok(())
    }

    /// Puts back what was taken for a submission that is certainly not billed: it never left, or was refused. What
    /// may be billed is not put back; nor is a refund, which the server promises, and nobody has seen.
    pub fn give_back(&mut self, price: Option<Usd>) {
        self.submissions = self.submissions.saturating_sub(1);
        self.cost = self.cost.minus(price.unwrap_or_default());
    }

    /// Notes what the API reported that a submission costs. Where that is more than was taken for it, the rest is
    /// taken now; where it is less, the rest is put back.
    pub fn charged(&mut self, price: Option<Usd>, reported: Usd) {
        self.cost = self.cost.minus(price.unwrap_or_default()).plus(reported);
    }

    /// What is spent, or may be.
    pub const fn cost(&self) -> Usd {
        self.cost
    }

    /// How many submissions were made, or may have been.
    pub const fn submissions(&self) -> u64 {
        self.submissions
    }
}

impl fmt::Display for OverCeiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cost { would_be, max } => {
                write!(f, "the batch would cost {would_be} USD, and at most {max} USD are allowed")
            }
            Self::Submissions { would_be, max } => {
                write!(f, "the batch would make {would_be} submissions, and at most {max} are allowed")
            }
            Self::Unknown { billing_key } => {
                let whose = billing_key.as_deref().unwrap_or("a submission");
                write!(
                    f,
                    "the price of {whose} is not known, so no ceiling of cost can be kept: give it in a file of prices"
                )
            }
        }
    }
}

impl std::error::Error for OverCeiling {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn usd(cents: u64) -> Usd {
        format!("{}.{:02}", cents / 100, cents % 100).parse().unwrap()
    }

    #[test]
    fn an_unknown_price_is_only_asked_for_where_cost_is_limited() {
        let asked = |max_cost| Budget::new(Ceilings { max_cost, max_submissions: None }).ask(None);
        assert_eq!(asked(Some(usd(100_000))), Err(OverCeiling::Unknown { billing_key: None }));
        assert_eq!(asked(None), Ok(()));
    }

    #[test]
    fn a_price_that_rose_is_heeded() {
        let mut budget = Budget::new(Ceilings { max_cost: Some(usd(30)), max_submissions: None });
        budget.ask(Some(usd(10))).unwrap();
        budget.charged(Some(usd(10)), usd(25));
        assert!(budget.ask(Some(usd(10))).is_err());
        assert_eq!((budget.cost(), budget.submissions()), (usd(25), 1));
    }

    proptest! {
        /// Whatever is asked for and put back, what is out never costs more than is allowed.
        #[test]
        fn no_ceiling_is_passed(
            max_cents in 0_u64..500,
            max_submissions in 0_u64..20,
            steps in proptest::collection::vec((1_u64..90, any::<bool>()), 0..100),
        ) {
            let ceilings = Ceilings { max_cost: Some(usd(max_cents)), max_submissions: Some(max_submissions) };
            let mut budget = Budget::new(ceilings);
            let mut out: Vec<u64> = Vec::new();
            for (cents, puts_back) in steps {
                if puts_back {
                    if let Some(cents) = out.pop() {
                        budget.give_back(Some(usd(cents)));
                    }
                } else if budget.ask(Some(usd(cents))).is_ok() {
                    out.push(cents);
                } else {
                    let sum = out.iter().sum::<u64>() + cents;
                    prop_assert!(sum > max_cents || u64::try_from(out.len()).unwrap() == max_submissions);
                }
                prop_assert!(out.iter().sum::<u64>() <= max_cents);
                prop_assert!(u64::try_from(out.len()).unwrap() <= max_submissions);
                prop_assert_eq!(budget.cost(), usd(out.iter().sum()));
            }
        }
    }
}
