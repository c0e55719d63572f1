//! What a batch would do and cost.

use std::fmt;

use serde::Serialize;

use crate::budget::{Ceilings, OverCeiling};
use crate::prices::Prices;
use crate::tally::{Standing, Tally};
use crate::usd::Usd;

/// What a batch would do and cost. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// How many rows there are.
    pub rows: u64,
    /// How many submissions will be made.
    pub submissions: u64,
    /// What the submissions cost at most, as far as their prices are known.
    pub cost: Usd,
    /// How many submissions have no known price.
    pub unpriced: u64,
    /// The submissions, by what they are billed to.
    pub lines: Vec<PlanLine>,
    /// How many rows are already paid for, and to be waited for.
    pub accepted: u64,
    /// How many rows have ended.
    pub ended: u64,
    /// How many rows may be paid for, and nobody knows.
    pub unconfirmed: u64,
    /// How many rows are the same job as an earlier one.
    pub repeated: u64,
    /// The day of the prices.
    pub prices_observed: String,
}

/// The submissions that are billed to one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanLine {
    /// What they are billed to.
    pub billing_key: String,
    /// How many there are.
    pub submissions: u64,
    /// What each costs at most, if that is known.
    pub price: Option<Usd>,
    /// What they cost together.
    pub cost: Option<Usd>,
}

impl Plan {
    /// The plan for these rows at these prices.
    pub fn new(tally: &Tally, prices: &Prices) -> Self {
        let line = |&(billing_key, submissions)| {
            let price = prices.of(billing_key);
            let cost = price.map(|price| price.times(submissions));
            PlanLine { billing_key: billing_key.to_string(), submissions, price, cost }
        };
        let mut lines: Vec<PlanLine> = tally.submissions().iter().map(line).collect();
        lines.sort_by(|one, other| one.billing_key.cmp(&other.billing_key));
        Self {
            rows: tally.rows(),
            submissions: tally.count(Standing::ToSubmit),
            cost: lines.iter().filter_map(|line| line.cost).sum(),
            unpriced: lines.iter().filter(|line| line.price.is_none()).map(|line| line.submissions).sum(),
            lines,
            accepted: tally.count(Standing::Accepted),
            ended: tally.count(Standing::Ended),
            unconfirmed: tally.count(Standing::Unconfirmed),
            repeated: tally.count(Standing::Repeated),
            prices_observed: prices.observed().to_owned(),
        }
    }

    /// Whether the plan is within these ceilings.
    ///
    /// # Errors
    /// [`OverCeiling`], which says by how much; or that nobody knows, where a price is unknown.
    pub fn check(&self, ceilings: &Ceilings) -> Result<(), OverCeiling> {
        if let Some(max) = ceilings.max_submissions.filter(|max| self.submissions > *max) {
            return Err(OverCeiling::Submissions { would_be: self.submissions, max });
        }
        let Some(max) = ceilings.max_cost else { return Ok(()) };
        if let Some(line) = self.lines.iter().find(|line| line.price.is_none()) {
            return Err(OverCeiling::Unknown { billing_key: Some(line.billing_key.clone()) });
        }
        if self.cost > max { Err(OverCeiling::Cost { would_be: self.cost, max }) } else { Ok(()) }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, submissions, accepted, ended, unconfirmed, repeated, .. } = *self;
        let word = if rows == 1 { "row" } else { "rows" };
        write!(f, "{} {word}: {} to submit", grouped(rows), grouped(submissions))?;
        for (count, what) in [
            (accepted, "already paid for and to be waited for"),
            (ended, "done"),
            (unconfirmed, "unconfirmed, which a person has to resolve"),
            (repeated, "the same job as an earlier row"),
        ] {
            if count > 0 {
                write!(f, ", {} {what}", grouped(count))?;
            }
        }
        writeln!(f)?;
        if self.lines.is_empty() {
            return Ok(());
        }
        let longest = self.lines.iter().map(|line| line.billing_key.len()).max().unwrap_or_default().max(11);
        writeln!(
            f,
            "\n{:>12}  {:longest$}  {:>11}  {:>14}",
            "submissions", "billing key", "each, USD", "USD"
        )?;
        let unknown = || "unknown".to_owned();
        for line in &self.lines {
            let count = grouped(line.submissions);
            let each = line.price.map_or_else(unknown, |price| format!("{price:.5}"));
            let cost = line.cost.map_or_else(unknown, |cost| format!("{cost:.5}"));
            writeln!(f, "{count:>12}  {:longest$}  {each:>11}  {cost:>14}", line.billing_key)?;
        }
        let total = if self.unpriced == 0 { "together" } else { "together, as far as known" };
        let width = longest.max(total.len());
        let cost_width = 29 + longest - width;
        writeln!(f, "{:>12}  {total:width$}{:cost_width$.5}", grouped(submissions), self.cost)?;
        write!(
            f,
            "\nprices of {}; each submission is charged when it is accepted, a failed task refunded",
            self.prices_observed
        )
    }
}

/// With commas between the thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use zoomout_core::{Action, Fields};

    fn action(noun: &str, speed: &str) -> Action {
        let fields = Fields::new().with("task_id", "task_1").with("speed", speed);
        let fields = if noun == "upscale" { fields.with("index", 1_i64) } else { fields };
        Action::from_fields(noun, fields).unwrap()
    }

    fn tally(rows: &[(u64, &str, &str, Standing)]) -> Tally {
        let mut tally = Tally::default();
        for (count, noun, speed, standing) in rows {
            (0..*count).for_each(|_| tally.add(&action(noun, speed), *standing));
        }
        tally
    }

    fn mixed() -> Tally {
        tally(&[
            (1_000, "zoom", "relax", Standing::ToSubmit),
            (150, "zoom", "turbo", Standing::ToSubmit),
            (7, "upscale", "fast", Standing::ToSubmit),
            (30, "zoom", "fast", Standing::Accepted),
            (20, "zoom", "relax", Standing::Ended),
            (1, "zoom", "relax", Standing::Unconfirmed),
            (2, "zoom", "relax", Standing::Repeated),
        ])
    }

    fn only_zooms() -> Prices {
        Prices::from_json(br#"{"observed":"2026-11-01","cells":{"midjourney@zoom":0.05504}}"#).unwrap()
    }

    #[test]
    fn as_people_read_it() {
        let nothing = tally(&[(1, "zoom", "relax", Standing::Ended)]);
        let plans = [
            Plan::new(&mixed(), &Prices::published()),
            Plan::new(&mixed(), &only_zooms()),
            Plan::new(&nothing, &Prices::published()),
        ];
        insta::assert_snapshot!(plans.map(|plan| plan.to_string()).join("\n\n---\n\n"));
    }

    #[test]
    fn as_json() {
        let plan = Plan::new(&tally(&[(3, "zoom", "turbo", Standing::ToSubmit)]), &Prices::published());
        insta::assert_json_snapshot!(plan);
    }

    #[test]
    fn ceilings_are_checked_to_the_last_digit() {
        let plan = Plan::new(&mixed(), &Prices::published());
        let told = |max_cost: Option<&str>, max_submissions| {
            let max_cost = max_cost.map(|cost| cost.parse().unwrap());
            plan.check(&Ceilings { max_cost, max_submissions }).map_err(|error| error.to_string())
        };
        assert_eq!(plan.cost.to_string(), "70.42528");
        assert_eq!(told(None, None), Ok(()));
        assert_eq!(told(Some("70.42528"), Some(1_157)), Ok(()));
        insta::assert_snapshot!(
            [told(Some("70.42527"), None), told(None, Some(1_156))].map(Result::unwrap_err).join("\n"),
            @r"
        the batch would cost 70.42528 USD, and at most 70.42527 USD are allowed
        the batch would make 1157 submissions, and at most 1156 are allowed
        "
        );
    }

    #[test]
    fn an_unknown_price_is_over_every_ceiling_of_cost_and_no_other() {
        let plan = Plan::new(&mixed(), &only_zooms());
        let ceilings = Ceilings { max_cost: Some("1000".parse().unwrap()), max_submissions: None };
        let expected = OverCeiling::Unknown { billing_key: Some("midjourney@upscale-fast".to_owned()) };
        assert_eq!(plan.check(&ceilings), Err(expected));
        plan.check(&Ceilings { max_cost: None, max_submissions: Some(1_157) }).unwrap();
    }
}
